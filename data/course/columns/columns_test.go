package columns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// drawFrame draws an Ethernet frame: TCP, UDP or DNS between few ends, now and
// then something that the columns have no place for.
func drawFrame(t *rapid.T) []byte {
	b := func(n int, label string) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, label) }
	end := func(label string) (addr, port []byte) {
		k := rapid.ByteRange(0, 2).Draw(t, label)
		return []byte{10, 0, 0, k}, []byte{0, 50 + k}
	}
	srcAddr, srcPort := end("source")
	dstAddr, dstPort := end("destination")
	if rapid.IntRange(0, 4).Draw(t, "dns") == 0 {
		dstPort = []byte{0, 53}
	}
	proto := rapid.SampledFrom([]byte{protoTCP, protoTCP, protoUDP, protoUDP, 1}).Draw(t, "protocol")
	payload := b(rapid.IntRange(0, 40).Draw(t, "payload"), "bytes")
	segment := append(append(srcPort, dstPort...), b(16, "header")...)
	if proto == protoTCP {
		options := drawOptions(t)
		segment[12] = byte(5+len(options)/4) << 4
		segment[18], segment[19] = 0, 0
		segment = append(segment, options...)
	} else {
		segment = segment[:udpLen]
	}
	segment = append(segment, payload...)
	if proto == protoUDP {
		binary.BigEndian.PutUint16(segment[4:], uint16(len(segment)))
	}
	ip := append([]byte{0x45, 0}, b(18, "ip")...)
	binary.BigEndian.PutUint16(ip[2:], uint16(ipLen+len(segment)))
	ip[6], ip[7] = rapid.SampledFrom([]byte{0, 0x40, 0x40, 0x20}).Draw(t, "fragment"), 0
	ip[9] = proto
	copy(ip[12:], srcAddr)
	copy(ip[16:], dstAddr)
	frame := append(append(b(12, "mac"), 8, 0), append(ip, segment...)...)
	if rapid.IntRange(0, 9).Draw(t, "cut") == 0 {
		frame = frame[:rapid.IntRange(0, len(frame)).Draw(t, "length")]
	}
	return frame
}

func drawOptions(t *rapid.T) []byte {
	return rapid.OneOf(
		rapid.Just([]byte{}),
		rapid.Just([]byte{2, 4, 5, 0xb4, 4, 2, 1, 1}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 8, 8), func(ts []byte) []byte { return append([]byte{1, 1, 8, 10}, ts...) }),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(s []byte) []byte { return append([]byte{1, 1, 5, 18}, s...) }),
		rapid.SliceOfN(rapid.Byte(), 8, 8),
	).Draw(t, "options")
}

// verifySum adds bytes one by one, the odd ones as high halves, and reports
// whether they come to the all ones of a right Internet checksum.
func verifySum(parts ...[]byte) bool {
	total, i := 0, 0
	for _, b := range bytes.Join(parts, nil) {
		if i%2 == 0 {
			total += int(b) * 256
		} else {
			total += int(b)
		}
		i++
	}
	return total > 0 && total%0xffff == 0
}

// checkFrame compares a frame with what came back: all header fields but the
// checksums, zeros for payload, right checksums.
func checkFrame(want, got []byte) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d bytes came back of %d", len(got), len(want))
	}
	if !plain(want) {
		if !bytes.Equal(want, got) {
			return errors.New("a raw frame changed")
		}
		return nil
	}
	proto := want[23]
	header, check := ethLen+ipLen+udpLen, ethLen+ipLen+6
	if proto == protoTCP {
		header, check = ethLen+ipLen+int(want[46]>>4)*4, ethLen+ipLen+16
	}
	dns := proto == protoUDP && (binary.BigEndian.Uint16(want[34:]) == 53 || binary.BigEndian.Uint16(want[36:]) == 53)
	for i := range want {
		expect := want[i]
		switch {
		case i == 24 || i == 25 || i == check || i == check+1:
			continue
		case i >= header && !dns:
			expect = 0
		}
		if got[i] != expect {
			return fmt.Errorf("byte %d is %#x, expected %#x", i, got[i], expect)
		}
	}
	segment := got[ethLen+ipLen:]
	pseudo := []byte{0, proto, byte(len(segment) >> 8), byte(len(segment))}
	if !verifySum(got[ethLen:ethLen+ipLen]) || !verifySum(got[26:34], pseudo, segment) {
		return errors.New("a checksum is wrong")
	}
	return nil
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var frames []Frame
		at := rapid.Int64Range(0, 2e15).Draw(t, "start")
		for range rapid.IntRange(0, 30).Draw(t, "frames") {
			at += rapid.Int64Range(-10, 3e6).Draw(t, "gap")
			frames = append(frames, Frame{at, drawFrame(t)})
		}
		packed, err := Encode(frames)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = Decode(packed, func(f Frame) error {
			if f.Time != frames[n].Time {
				return fmt.Errorf("frame %d at %d, expected %d", n, f.Time, frames[n].Time)
			}
			if err := checkFrame(frames[n].Data, f.Data); err != nil {
				return fmt.Errorf("frame %d: %w", n, err)
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n != len(frames) {
			t.Fatalf("%d frames came back of %d", n, len(frames))
		}
	})
}

// sample is the plain form of a few frames of every kind.
func sample() []byte {
	tcp := append([]byte{0x45, 0, 0, 55, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2},
		0, 80, 1, 2, 0, 0, 0, 9, 0, 0, 0, 7, 0x80, 0x18, 1, 0, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 'a', 'b', 'c')
	dns := []byte{0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 0, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4}
	e := &encoder{state: newState()}
	for i, ip := range [][]byte{tcp, dns, tcp, {1, 2, 3}} {
		frame := append([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0}, ip...)
		e.add(Frame{int64(i) * 1000, frame})
	}
	return e.bytes(4)
}

func TestDecodeRefusesDamage(t *testing.T) {
	frames := []Frame{{1, []byte("not an IP packet")}}
	packed, err := Encode(frames)
	if err != nil {
		t.Fatal(err)
	}
	none := func(Frame) error { return nil }
	for i := range packed {
		if err := Decode(packed[:i], none); err == nil {
			t.Errorf("%d of %d bytes were taken for a whole recording", i, len(packed))
		}
	}
	for i := range packed {
		bad := bytes.Clone(packed)
		bad[i] ^= 0x55
		var got []Frame
		err := Decode(bad, func(f Frame) error { got = append(got, f); return nil })
		if err == nil && len(got) != 1 {
			t.Errorf("byte %d changed: %d frames and no error", i, len(got))
		}
	}
	if err := Decode(packed, func(Frame) error { return errShort }); err != errShort {
		t.Errorf("the error of emit came back as %v", err)
	}
}

func TestEncodeRefusesGiants(t *testing.T) {
	if _, err := Encode([]Frame{{0, make([]byte, 1<<17)}}); err == nil {
		t.Error("a frame of 128 KiB was taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, n, err := parse(b)
		if err != nil {
			return
		}
		d := &decoder{state: newState(), table: table}
		for range n {
			f, err := d.next()
			if err != nil {
				return
			}
			if len(f.Data) > len(d.frame) && len(f.Data) > len(b) {
				t.Fatalf("a frame of %d bytes", len(f.Data))
			}
		}
	})
}
