package app

import (
	"context"
	"crypto/sha1"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"

	"flowbook/data/lab/network"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
	"golang.org/x/time/rate"
)

// bittorrent is a swarm of five with the real library: the client takes a file
// from the peers, or has it and gives it to them, and whoever has a part gives
// it on. Connections are in the clear or encrypted (message stream encryption).
func bittorrent(ctx context.Context, l *Lab) error {
	d := l.draw
	limit := d.logBetween(100e3, 320e3) / 8 / l.Day.Load // bytes/s
	s := swarm{lab: l, piece: 64 << 10 << d.IntN(3), encrypted: l.Way == "encrypted"}
	s.make(int64(limit * 450))
	seeds := 1 + d.IntN(len(l.Peers)) // that many peers have the whole file
	giving := d.chance(0.3)           // the client has it, and they do not
	for i, h := range append([]*network.Host{l.Client}, l.Peers[:2+d.IntN(3)]...) {
		share, whole := d.between(0.3, 1), i <= seeds
		if i == 0 {
			share, whole = 1, false
		}
		if giving {
			whole = i == 0
		}
		if err := s.join(h, whole, limit*share); err != nil {
			return err
		}
	}
	defer s.close()
	s.introduce()
	<-ctx.Done()
	return ctx.Err()
}

// swarm is one torrent and the peers that have or want it.
type swarm struct {
	lab       *Lab
	piece     int64
	encrypted bool
	dir       string
	data      []byte
	info      *metainfo.MetaInfo
	clients   []*torrent.Client
	torrents  []*torrent.Torrent
	at        []*net.TCPAddr
}

// make invents a file and its torrent.
func (s *swarm) make(size int64) {
	s.data = make([]byte, size)
	rand.NewChaCha8([32]byte{3}).Read(s.data)
	info := metainfo.Info{Name: "file.bin", Length: size, PieceLength: s.piece}
	for i := int64(0); i < size; i += s.piece {
		sum := sha1.Sum(s.data[i:min(size, i+s.piece)])
		info.Pieces = append(info.Pieces, sum[:]...)
	}
	s.info = &metainfo.MetaInfo{InfoBytes: must(bencode.Marshal(info))}
	s.dir = must(os.MkdirTemp("", "swarm"))
}

// join starts a peer on a host, with the whole file or nothing, that takes and
// gives so many bytes a second.
func (s *swarm) join(h *network.Host, whole bool, bytes float64) error {
	dir, err := os.MkdirTemp(s.dir, "peer")
	if err != nil {
		return err
	}
	if whole {
		if err := os.WriteFile(filepath.Join(dir, "file.bin"), s.data, 0o600); err != nil {
			return err
		}
	}
	c := torrent.NewDefaultClientConfig()
	c.NoDHT, c.DisableTrackers, c.DisableUTP, c.DisableIPv6, c.DisableWebtorrent, c.DisableWebseeds = true, true, true, true, true, true
	c.NoDefaultPortForwarding, c.DisableTCP, c.Seed, c.DisablePEX = true, true, true, true // no kernel sockets
	c.DataDir, c.DefaultStorage = dir, storage.NewFileOpts(storage.NewFileClientOpts{ClientBaseDir: dir, PieceCompletion: storage.NewMapPieceCompletion()})
	c.Slogger = slog.New(slog.DiscardHandler)
	c.HeaderObfuscationPolicy = torrent.HeaderObfuscationPolicy{Preferred: s.encrypted, RequirePreferred: true}
	c.UploadRateLimiter = rate.NewLimiter(rate.Limit(bytes), 24<<10)
	c.DownloadRateLimiter = rate.NewLimiter(rate.Limit(bytes), 32<<10)
	cl, err := torrent.NewClient(c)
	if err != nil {
		return err
	}
	cl.AddDialer(peerDialer{h})
	listener := h.Listen(51413)
	cl.AddListener(listener)
	t, err := cl.AddTorrent(s.info)
	if err != nil {
		return err
	}
	if whole {
		if err := t.VerifyDataContext(context.Background()); err != nil {
			return err
		}
	}
	t.DownloadAll()
	s.clients, s.torrents = append(s.clients, cl), append(s.torrents, t)
	s.at = append(s.at, &net.TCPAddr{IP: h.Addr.AsSlice(), Port: 51413})
	return nil
}

// introduce tells the client of the peers; it is they who are called.
func (s *swarm) introduce() {
	for _, a := range s.at[1:] {
		s.torrents[0].AddPeers([]torrent.PeerInfo{{Addr: a, Trusted: true}})
	}
}

func (s *swarm) close() {
	for _, c := range s.clients {
		c.Close()
	}
	os.RemoveAll(s.dir)
}

// peerDialer connects over a host's own stack.
type peerDialer struct{ host *network.Host }

func (d peerDialer) Dial(ctx context.Context, addr string) (net.Conn, error) {
	return d.host.DialContext(ctx, "tcp", addr)
}
func (peerDialer) DialerNetwork() string { return "tcp" }
