package tunnel

import "sync"

// records follows packets through WireGuard: what goes in leaves in order, in
// messages that carry a counter, by which they are known at the client's
// interface.
type records struct {
	kind func(out bool, ip []byte) byte

	mu      sync.Mutex // never held over the network
	waiting [2][]waiting
	left    map[[13]byte]byte // receiver index, counter and direction → kind
}

// waiting is a packet on its way into the tunnel.
type waiting struct {
	size int // of the message that it will make
	kind byte
}

func newRecords(kind func(bool, []byte) byte) *records {
	return &records{kind: kind, left: map[[13]byte]byte{}}
}

// Layout of a WireGuard transport message: type and zeros (4), receiver index
// (4), counter (8), the packet padded to 16 bytes, a tag (16).
const (
	transport      = 4
	transportStart = 16
	transportTag   = 16
)

func way(out bool) byte {
	if out {
		return 1
	}
	return 0
}

// enter notes a packet that is given to the tunnel.
func (r *records) enter(out bool, ip []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := way(out)
	size := transportStart + (len(ip)+15)/16*16 + transportTag
	r.waiting[w] = append(r.waiting[w], waiting{size, r.kind(out, ip)})
}

// leave notes a message that the tunnel sends. A packet that the tunnel
// dropped is passed over: its size does not fit.
func (r *records) leave(out bool, b []byte) {
	if len(b) <= transportStart+transportTag || b[0] != transport {
		return // a handshake or a keepalive
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w := way(out)
	for len(r.waiting[w]) > 0 {
		next := r.waiting[w][0]
		r.waiting[w] = r.waiting[w][1:]
		// the padding stops at the MTU, so the message may be shorter
		if next.size == len(b) || next.size-len(b) < 16 && next.size > len(b) {
			r.left[recordKey(w, b)] = next.kind
			return
		}
	}
}

func recordKey(w byte, message []byte) (k [13]byte) {
	copy(k[:12], message[4:16])
	k[12] = w
	return k
}

// Kind says what a packet outside carries.
func (r *records) Kind(out bool, ip []byte) byte {
	b := ip[int(ip[0]&15)*4+8:]
	if len(b) <= transportStart+transportTag || b[0] != transport {
		return Control
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	k := recordKey(way(out), b)
	kind, ok := r.left[k]
	if !ok {
		return Control
	}
	delete(r.left, k)
	return kind
}
