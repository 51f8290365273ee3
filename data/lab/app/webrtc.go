package app

import (
	"context"
	"fmt"
	"net"
	"time"

	"flowbook/data/lab/network"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

// overWebRTC makes the call with pion: ICE, DTLS, SRTP, retransmission on
// request, and Google's congestion control, which the picture follows.
func (c call) overWebRTC(ctx context.Context, l *Lab) error {
	var ends [2]*end
	for i, h := range []*network.Host{l.Client, l.Server} {
		e, err := c.newEnd(h, uint16(40000+l.draw.IntN(9000)))
		if err != nil {
			return fmt.Errorf("WebRTC: %w", err)
		}
		defer e.Close()
		ends[i] = e
	}
	if err := agree(ends[0].PeerConnection, ends[1].PeerConnection); err != nil {
		return fmt.Errorf("WebRTC: %w", err)
	}
	for _, e := range ends {
		d := l.draw.fork()
		go e.sound(ctx, c, d.fork())
		for i, v := range e.pictures {
			go e.picture(ctx, c, v, 1/float64(1+3*i), d.fork())
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// end is one side of a WebRTC call.
type end struct {
	*webrtc.PeerConnection
	voice    *webrtc.TrackLocalStaticSample
	pictures []*webrtc.TrackLocalStaticSample
	estimate func() float64 // of the rate that the line bears, bit/s
}

func (c call) newEnd(h *network.Host, port uint16) (*end, error) {
	e := &end{estimate: func() float64 { return c.rate }}
	api, err := c.pion(h, port, e)
	if err != nil {
		return nil, err
	}
	if e.PeerConnection, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return nil, err
	}
	if e.voice, err = e.add(webrtc.MimeTypeOpus, "sound"); err != nil || c.fps == 0 {
		return e, err
	}
	pictures := 1
	if c.simulcast {
		pictures = 2
	}
	for i := range pictures {
		v, err := e.add(webrtc.MimeTypeVP8, fmt.Sprintf("picture%d", i))
		if err != nil {
			return nil, err
		}
		e.pictures = append(e.pictures, v)
	}
	return e, nil
}

// add puts a track into the call.
func (e *end) add(mime, name string) (*webrtc.TrackLocalStaticSample, error) {
	t, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, name, "call")
	if err != nil {
		return nil, err
	}
	s, err := e.AddTrack(t)
	if err != nil {
		return nil, err
	}
	go func() { // reports must be read for the interceptors to see them
		b := make([]byte, 1500)
		for {
			if _, _, err := s.Read(b); err != nil {
				return
			}
		}
	}()
	return t, nil
}

// pion is the library's programming interface over a host of the laboratory.
func (c call) pion(h *network.Host, port uint16, e *end) (*webrtc.API, error) {
	s := webrtc.SettingEngine{}
	s.SetNet(&pionNet{host: h, port: port})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	r := &interceptor.Registry{}
	if c.fps > 0 {
		control, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) {
			return gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(int(c.rate*0.7)), gcc.SendSideBWEMinBitrate(20e3),
				gcc.SendSideBWEMaxBitrate(int(c.rate*1.2)), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()))
		})
		if err != nil {
			return nil, err
		}
		control.OnNewPeerConnection(func(_ string, b cc.BandwidthEstimator) {
			e.estimate = func() float64 { return float64(b.GetTargetBitrate()) }
		})
		r.Add(control)
		if err := webrtc.ConfigureTWCCHeaderExtensionSender(m, r); err != nil {
			return nil, err
		}
	}
	if err := webrtc.RegisterDefaultInterceptors(m, r); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r)), nil
}

// agree exchanges the descriptions of the call. The way that they take is not
// part of the traffic.
func agree(a, b *webrtc.PeerConnection) error {
	offer, err := a.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(a)
	if err := a.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	if err := b.SetRemoteDescription(*a.LocalDescription()); err != nil {
		return err
	}
	answer, err := b.CreateAnswer(nil)
	if err != nil {
		return err
	}
	gathered = webrtc.GatheringCompletePromise(b)
	if err := b.SetLocalDescription(answer); err != nil {
		return err
	}
	<-gathered
	return a.SetRemoteDescription(*b.LocalDescription())
}

// sound speaks until ctx ends.
func (e *end) sound(ctx context.Context, c call, d draws) {
	s := newSpeaker(c, d.fork())
	next := time.Now()
	for ctx.Err() == nil {
		if n := s.sound(); n > 0 {
			e.voice.WriteSample(media.Sample{Data: filler[:n], Duration: seconds(c.ptime)})
		}
		next = next.Add(seconds(c.ptime))
		sleep(ctx, time.Until(next)+seconds(d.exp(3e-4)))
	}
}

// picture films until ctx ends, at a share of what the line bears.
func (e *end) picture(ctx context.Context, c call, to *webrtc.TrackLocalStaticSample, share float64, d draws) {
	f := newCamera(c, d.fork())
	next := time.Now()
	for ctx.Err() == nil {
		rate := min(c.rate, e.estimate()) * share
		to.WriteSample(media.Sample{Data: filler[:min(f.frame(rate), len(filler))], Duration: seconds(1 / c.fps)})
		next = next.Add(seconds(1 / c.fps))
		sleep(ctx, time.Until(next)+seconds(d.exp(1e-3)))
	}
}

// pionNet is what pion needs of a host: one UDP port for each candidate.
type pionNet struct {
	transport.Net // nil: nothing else is asked for
	host          *network.Host
	port          uint16
}

func (p *pionNet) addr() net.IP {
	if p.host.Inner.IsValid() {
		return p.host.Inner.AsSlice()
	}
	return p.host.Addr.AsSlice()
}

func (p *pionNet) ListenUDP(_ string, a *net.UDPAddr) (transport.UDPConn, error) {
	if !a.IP.Equal(p.addr()) {
		return nil, fmt.Errorf("%v is not an address of the host", a)
	}
	p.port++
	return udpConn{p.host.ListenUDP(p.port)}, nil
}

func (p *pionNet) ListenPacket(network, addr string) (net.PacketConn, error) {
	a, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, err
	}
	return p.ListenUDP(network, a)
}

func (p *pionNet) ResolveUDPAddr(_, a string) (*net.UDPAddr, error) {
	return net.ResolveUDPAddr("udp4", a)
}

func (p *pionNet) ResolveTCPAddr(_, a string) (*net.TCPAddr, error) {
	return net.ResolveTCPAddr("tcp4", a)
}

func (p *pionNet) Interfaces() ([]*transport.Interface, error) {
	i := transport.NewInterface(net.Interface{Index: 1, MTU: p.host.MTU, Name: "eth0", Flags: net.FlagUp | net.FlagMulticast | net.FlagRunning})
	i.AddAddress(&net.IPNet{IP: p.addr(), Mask: net.CIDRMask(24, 32)})
	return []*transport.Interface{i}, nil
}

func (p *pionNet) CreateDialer(*net.Dialer) transport.Dialer                   { return nil }
func (p *pionNet) CreateListenConfig(*net.ListenConfig) transport.ListenConfig { return nil }

// udpConn has the methods of a kernel's UDP socket that pion asks for.
type udpConn struct{ *gonet.UDPConn }

func (udpConn) SetReadBuffer(int) error  { return nil }
func (udpConn) SetWriteBuffer(int) error { return nil }

func (c udpConn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	n, a, err := c.ReadFrom(b)
	u, _ := a.(*net.UDPAddr)
	return n, u, err
}

func (c udpConn) ReadMsgUDP(b, _ []byte) (int, int, int, *net.UDPAddr, error) {
	n, a, err := c.ReadFromUDP(b)
	return n, 0, 0, a, err
}

func (c udpConn) WriteToUDP(b []byte, a *net.UDPAddr) (int, error) { return c.WriteTo(b, a) }

func (c udpConn) WriteMsgUDP(b, _ []byte, a *net.UDPAddr) (int, int, error) {
	n, err := c.WriteTo(b, a)
	return n, 0, err
}
