package meter_test

import (
	"fmt"
	"time"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/meter"
)

// datagram is a raw IPv4 packet with 10 bytes of UDP payload, at a time in ms.
func datagram(ms int64, src, dst byte) *capture.Packet {
	ip := []byte{0x45, 0, 0, 38, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, src, 10, 0, 0, dst}
	udp := []byte{0, 53, 0, 53, 0, 18, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	return &capture.Packet{Time: ms * 1e6, Offset: ms, Link: capture.LinkRaw, WireLen: 38, Data: append(ip, udp...)}
}

// The same four packets in two dialects: the tool of 2018 counts the first
// packet of every flow on the wrong side.
func Example() {
	for _, dialect := range []string{"clean", "cic2018"} {
		m := meter.New(meter.Recipe{Dialect: dialect, Timeouts: []time.Duration{2 * time.Minute}, Activity: 5 * time.Second})
		m.Add(datagram(0, 1, 2))
		m.Add(datagram(40, 2, 1))
		m.Add(datagram(1000, 1, 2))
		m.Add(datagram(1040, 2, 1))
		flows, accounting := m.Finish()
		f := flows[0][0]
		fmt.Println(dialect, f.Key, f.Fwd, "forward", f.Bwd, "backward", f.Features[0]/1e6, "s")
		fmt.Println(accounting[0])
	}
	// Output:
	// clean 10.0.0.1-10.0.0.2-53-53-17 2 forward 2 backward 1.04 s
	// timeout 120s: 4 packets = 4 in 1 flows
	// cic2018 10.0.0.1-10.0.0.2-53-53-17 1 forward 3 backward 1.04 s
	// timeout 120s: 4 packets = 4 in 1 flows
}

// A dialect of one's own: clean, but one-packet flows are left out.
func ExampleNewWith() {
	d := meter.Clean
	d.Name, d.Singles = "clean without single packets", false
	m := meter.NewWith(d, meter.Recipe{Timeouts: []time.Duration{time.Minute}, Activity: time.Second})
	m.Add(datagram(0, 1, 2))
	_, accounting := m.Finish()
	fmt.Println(accounting[0])
	// Output:
	// timeout 60s: 1 packets = 0 in 0 flows + 1 one_packet_flow
}

func ExampleCICColumns() {
	m := meter.New(meter.Recipe{Dialect: "clean", Timeouts: []time.Duration{time.Minute}, Activity: time.Second})
	m.Add(datagram(0, 1, 2))
	m.Add(datagram(500, 1, 2))
	flows, _ := m.Finish()
	c := flows[0][0].CIC
	fmt.Println(c.FwdLen.N, c.FwdLen.Mean, c.FwdHeader, c.AvgSize(flows[0][0].Packets()))
	// Output:
	// 2 10 16 10
}
