package columns

import "encoding/binary"

// linkLen is what colLink holds of a header: Ethernet (14), TOS, TTL, fragment field (2).
const linkLen = 18

// fiveTuple is addresses, ports and protocol as they stand in headers.
type fiveTuple [13]byte

// reversed is the same flow seen from the other side.
func (k fiveTuple) reversed() (r fiveTuple) {
	copy(r[0:4], k[4:8])
	copy(r[4:8], k[0:4])
	copy(r[8:10], k[10:12])
	copy(r[10:12], k[8:10])
	r[12] = k[12]
	return r
}

// keeps reports whether the payload of the flow's packets is stored: DNS and
// multicast DNS.
func (k fiveTuple) keeps() bool {
	const dns, multicast = 53, 5353
	a, b := binary.BigEndian.Uint16(k[8:]), binary.BigEndian.Uint16(k[10:])
	return k[12] == protoUDP && (a == dns || b == dns || a == multicast && b == multicast)
}

// side is what one direction of a flow has sent so far.
type side struct {
	link   [linkLen]byte
	id     uint16
	next   uint32 // sequence number after the last byte sent
	begun  bool
	window uint16
	ts     uint32 // latest time stamp
	tsTime int64  // when it was sent, µs
}

// expectTS is the time stamp that a clock of 1 kHz shows at a time.
func (s *side) expectTS(at int64) uint32 { return s.ts + uint32((at-s.tsTime+500)/1000) }

// sent notes a segment's sequence numbers.
func (s *side) sent(seq uint32, payload int, flags byte) {
	end := seq + uint32(payload)
	if flags&(flagSYN|flagFIN) != 0 {
		end++
	}
	if !s.begun || int32(end-s.next) > 0 {
		s.next, s.begun = end, true
	}
}

// flow is one bidirectional flow; side 0 sent its first packet.
type flow struct {
	key   fiveTuple
	sides [2]side
}

// state is what encoder and decoder know alike.
type state struct {
	last      int64 // time of the frame before
	flows     []*flow
	numbers   map[fiveTuple]int // 2·flow + direction; the encoder's
	templates [][]byte
}

func newState() state { return state{numbers: map[fiveTuple]int{}} }

// addFlow begins a flow.
func (s *state) addFlow(k fiveTuple) {
	n := len(s.flows)
	s.flows = append(s.flows, &flow{key: k})
	s.numbers[k.reversed()] = 2*n + 1
	s.numbers[k] = 2 * n
}

const (
	protoTCP = 6
	protoUDP = 17
	flagFIN  = 1
	flagSYN  = 2
)

// Lengths of headers without options.
const (
	ethLen = 14
	ipLen  = 20
	udpLen = 8
	tcpLen = 20
)

const (
	optEnd  = 0
	optNop  = 1
	optSACK = 5
	optTS   = 8
)

// eachOption calls f for every TCP option that has a body, and reports whether
// the list is well formed.
func eachOption(options []byte, f func(kind byte, body []byte)) bool {
	for len(options) > 0 {
		switch {
		case options[0] == optEnd:
			return true
		case options[0] == optNop:
			options = options[1:]
		case len(options) < 2 || options[1] < 2 || int(options[1]) > len(options):
			return false
		default:
			f(options[0], options[2:options[1]])
			options = options[options[1]:]
		}
	}
	return true
}

// variable reports whether an option's body is stored in columns and not in
// its template.
func variable(kind byte, body []byte) bool {
	return kind == optTS && len(body) == 8 || kind == optSACK && len(body)%4 == 0
}
