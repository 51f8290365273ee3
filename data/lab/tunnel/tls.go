package tunnel

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"flowbook/data/lab/network"
)

// tlsOverhead is left below the outer MTU for the inner one, as OpenVPN does.
const tlsOverhead = 100

// openTLS makes a tunnel of IP packets in TLS over TCP: a 16-bit length before
// each packet, length 0 for a keepalive.
func openTLS(client, gateway *network.Host, o Options) (closeBoth func(), err error) {
	s := newStreams(o.Kind)
	o.Watch(s)
	listener := gateway.Listen(o.GatewayPort)
	accepted := make(chan *tls.Conn, 1)
	go func() {
		c, err := listener.Accept()
		if err != nil {
			close(accepted)
			return
		}
		server := tls.Server(s.count(false, c), &tls.Config{Certificates: []tls.Certificate{gatewayCertificate()}, DynamicRecordSizingDisabled: true})
		if server.Handshake() != nil {
			close(accepted)
			return
		}
		accepted <- server
	}()
	raw, err := client.DialContext(context.Background(), "tcp", netip.AddrPortFrom(gateway.Addr, o.GatewayPort).String())
	if err != nil {
		return nil, err
	}
	near := tls.Client(s.count(true, raw), &tls.Config{InsecureSkipVerify: true, DynamicRecordSizingDisabled: true, ServerName: "vpn.lab.test"})
	if err := near.Handshake(); err != nil {
		return nil, err
	}
	far, ok := <-accepted
	if !ok {
		return nil, fmt.Errorf("gateway: %w", io.ErrUnexpectedEOF)
	}

	done := make(chan struct{})
	toGateway, toClient := make(chan []byte, 512), make(chan []byte, 512)
	ep := attach(client, gateway.Addr, o.Inner, client.MTU-tlsOverhead)
	network.Drain(ep, network.DelayAcks(func(ip []byte) { put(toGateway, ip) }))
	forward(gateway, o.Inner, func(ip []byte) { put(toClient, ip) })
	go s.send(true, near, toGateway, o.Keepalive, done)
	go s.send(false, far, toClient, o.Keepalive, done)
	go receive(near, func(ip []byte) { network.Inject(ep, ip) })
	go receive(far, gateway.Output)
	return func() {
		close(done)
		raw.Close()
		listener.Close()
	}, nil
}

// put queues a packet; a full queue drops it, as a device does.
func put(queue chan<- []byte, ip []byte) {
	select {
	case queue <- ip:
	default:
	}
}

// receive hands the packets of a stream on until it ends.
func receive(c net.Conn, out func(ip []byte)) {
	r := bufio.NewReaderSize(c, 1<<16)
	var head [2]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint16(head[:])
		if n == 0 {
			continue
		}
		ip := make([]byte, n)
		if _, err := io.ReadFull(r, ip); err != nil {
			return
		}
		out(ip)
	}
}

// streams knows which bytes of the two streams carry what.
type streams struct {
	kind func(out bool, ip []byte) byte

	mu    sync.Mutex // never held over the network
	sides [2]side
}

// side is one direction.
type side struct {
	sent  uint32 // bytes written to TCP so far
	marks []mark // in order
	first uint32 // sequence number of the first byte
	begun bool   // first is known
}

// mark says what the bytes up to an end carry.
type mark struct {
	end  uint32
	kind byte
}

func newStreams(kind func(bool, []byte) byte) *streams { return &streams{kind: kind} }

// counted is a connection whose written bytes are counted.
type counted struct {
	net.Conn
	add func(n int)
}

func (c counted) Write(b []byte) (int, error) {
	c.add(len(b))
	return c.Conn.Write(b)
}

func (s *streams) count(out bool, c net.Conn) net.Conn {
	return counted{c, func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sides[way(out)].sent += uint32(n)
	}}
}

// send writes packets into a stream, and keepalives when nothing else was sent.
func (s *streams) send(out bool, c net.Conn, queue <-chan []byte, keepalive int, done <-chan struct{}) {
	idle := time.Duration(keepalive) * time.Second
	if keepalive == 0 {
		idle = time.Hour
	}
	for {
		var ip []byte
		kind := byte(Control)
		select {
		case ip = <-queue:
			kind = s.kind(out, ip)
		case <-time.After(idle):
		case <-done:
			return
		}
		s.expect(out, kind)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(ip))), ip...)); err != nil {
			return
		}
		s.settle(out)
	}
}

// expect opens a mark before a write, since packets leave while it lasts.
func (s *streams) expect(out bool, kind byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &s.sides[way(out)]
	d.marks = append(d.marks, mark{d.sent, Control}, mark{d.sent + 1<<30, kind})
}

// settle gives the latest mark its end.
func (s *streams) settle(out bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &s.sides[way(out)]
	d.marks[len(d.marks)-1].end = d.sent
}

// Kind says what a segment outside carries: what most of its bytes carry.
func (s *streams) Kind(out bool, ip []byte) byte {
	tcp := ip[int(ip[0]&15)*4:]
	data := uint32(len(tcp) - int(tcp[12]>>4)*4)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &s.sides[way(out)]
	seq := binary.BigEndian.Uint32(tcp[4:])
	if tcp[13]&2 != 0 {
		d.first, d.begun = seq+1, true
	}
	if data == 0 || !d.begun {
		return Control
	}
	return d.most(seq-d.first, seq-d.first+data)
}

// most is the kind of most bytes between two places.
func (d *side) most(from, to uint32) byte {
	i, _ := slices.BinarySearchFunc(d.marks, from, func(m mark, at uint32) int {
		if m.end <= at {
			return -1
		}
		return 1
	})
	var bytes [3]uint32
	for ; from < to && i < len(d.marks); i++ {
		end := min(to, d.marks[i].end)
		bytes[d.marks[i].kind] += end - from
		from = end
	}
	bytes[Control] += to - from
	best := byte(0)
	for k := range bytes {
		if bytes[k] > bytes[best] {
			best = byte(k)
		}
	}
	return best
}

// gatewayCertificate is made anew for each tunnel.
func gatewayCertificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("tunnel: %v", err))
	}
	from := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) // virtual time starts in 2000
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "vpn.lab.test"}, NotBefore: from, NotAfter: from.AddDate(60, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(fmt.Sprintf("tunnel: %v", err))
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
