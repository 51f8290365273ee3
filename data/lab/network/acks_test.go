package network

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// segment is a TCP segment over IPv4 with a number to acknowledge.
func segment(ack uint32, payload int) []byte {
	b := make([]byte, 40+payload)
	b[0], b[9] = 0x45, 6
	binary.BigEndian.PutUint32(b[28:], ack)
	b[32], b[33] = 5<<4, 0x10
	return b
}

func TestDelayAcks(t *testing.T) {
	cases := []struct {
		name string
		feed func(out func([]byte))
		want []uint32 // acknowledgement numbers sent, after the first 16
	}{
		{"every second", func(out func([]byte)) {
			for i := range 6 {
				out(segment(uint32(100+i), 0))
			}
		}, []uint32{101, 103, 105}},
		{"after 40 ms", func(out func([]byte)) {
			out(segment(100, 0))
			time.Sleep(41 * time.Millisecond)
			synctest.Wait()
			out(segment(101, 0))
		}, []uint32{100, 101}},
		{"data carries it", func(out func([]byte)) {
			out(segment(100, 0))
			out(segment(100, 5))
		}, []uint32{100}},
		{"a repeated number is sent at once", func(out func([]byte)) {
			out(segment(100, 0))
			out(segment(100, 0))
			out(segment(100, 0))
		}, []uint32{100, 100}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent []uint32
				out := DelayAcks(func(ip []byte) { sent = append(sent, binary.BigEndian.Uint32(ip[28:])) })
				for i := range quickACK {
					out(segment(uint32(1+i), 0))
				}
				if len(sent) != quickACK {
					t.Fatalf("%d of the first %d were sent", len(sent), quickACK)
				}
				sent = nil
				c.feed(out)
				time.Sleep(time.Second)
				synctest.Wait()
				if !slices.Equal(sent, c.want) {
					t.Errorf("sent %v, expected %v", sent, c.want)
				}
			})
		})
	}
}

func TestDelayAcksPassesOthers(t *testing.T) {
	n := 0
	out := DelayAcks(func([]byte) { n++ })
	udp := make([]byte, 60)
	udp[0], udp[9] = 0x45, 17
	for _, b := range [][]byte{udp, udp, {1}, nil} {
		out(b)
	}
	if n != 4 {
		t.Errorf("%d of 4 packets passed", n)
	}
}
