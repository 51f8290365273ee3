package capture

import (
	"encoding/binary"
	"testing"
)

// TestClocks: the resolutions and offsets that an interface may have, each
// with the time of one tick by hand.
func TestClocks(t *testing.T) {
	le := binary.LittleEndian
	option := func(code uint16, value ...byte) []byte {
		b := le.AppendUint16(nil, code)
		b = le.AppendUint16(b, uint16(len(value)))
		return append(append(b, value...), make([]byte, -len(value)&3)...)
	}
	for name, c := range map[string]struct {
		options []byte
		tick    uint64
		want    int64 // ns
	}{
		"no option":             {nil, 1_600_000_000_123_456, 1_600_000_000_123_456_000},
		"seconds":               {option(optResolution, 0), 1_600_000_000, 1_600_000_000_000_000_000},
		"nanoseconds":           {option(optResolution, 9), 1_600_000_000_123_456_789, 1_600_000_000_123_456_789},
		"picoseconds":           {option(optResolution, 12), 1_000_000_000_001_999, 1_000_000_000_001},
		"10^-19":                {option(optResolution, 19), 15_000_000_000_000_000_000, 1_500_000_000},
		"10^-21":                {option(optResolution, 21), 15_000_000_000_000_000_123, 15_000_000},
		"10^-60":                {append(option(optResolution, 60), option(optOffset, 10, 0, 0, 0, 0, 0, 0, 0)...), 1 << 63, 10_000_000_000},
		"10^-127":               {option(optResolution, 127), 1<<64 - 1, 0},
		"2^0":                   {option(optResolution, 0x80), 1_600_000_000, 1_600_000_000_000_000_000},
		"2^-70":                 {option(optResolution, 0xc6), 1 << 63, 7_812_500},
		"2^-127":                {option(optResolution, 0xff), 1<<64 - 1, 0},
		"2^-10":                 {option(optResolution, 0x8a), 1<<20 | 1, 1024_000_976_562},
		"2^-30":                 {option(optResolution, 0x9e), 5<<30 | 1<<29, 5_500_000_000},
		"2^-63":                 {option(optResolution, 0xbf), 1<<63 | 1<<62, 1_500_000_000},
		"an offset":             {option(optOffset, 10, 0, 0, 0, 0, 0, 0, 0), 2_000_000, 12_000_000_000},
		"an offset before 1970": {option(optOffset, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 2_000_000, 1_000_000_000},
		"a name before":         {append(option(2, 'e', 't', 'h'), option(optResolution, 3)...), 1500, 1_500_000_000},
		"behind the end":        {append(option(0), option(optResolution, 3)...), 1500, 1_500_000},
		"of a wrong length":     {option(optResolution, 3, 3), 1500, 1_500_000},
		"cut off":               {option(optOffset, 1, 0, 0, 0), 1500, 1_500_000},
	} {
		link := le.AppendUint16(nil, 1)
		link = append(le.AppendUint32(le.AppendUint16(link, 0), 65535), c.options...)
		packet := le.AppendUint32(nil, 0)
		for _, n := range [4]uint32{uint32(c.tick >> 32), uint32(c.tick), 60, 60} {
			packet = le.AppendUint32(packet, n)
		}
		section := append(le.AppendUint32(nil, 0x1a2b3c4d), 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255)
		file := append(block(le, blockSection, section), block(le, blockInterface, link)...)
		file = append(file, block(le, blockEnhanced, append(packet, frame("clock")...))...)
		packets, err := read(file)
		if err != nil || len(packets) != 1 || packets[0].Time != c.want {
			t.Errorf("%s: %d packets, %v; want one at %d: %+v", name, len(packets), err, c.want, packets)
		}
	}
}
