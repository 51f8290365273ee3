package session

import (
	"encoding/binary"
	"slices"
)

// How flows are cut and windows made, in µs and miniflows: the paper's choice.
const (
	superflow  = 120_000_000
	miniflow   = 3_000_000
	windowSize = 20
)

// key is a bidirectional 5-tuple: the smaller end first.
type key struct {
	a, b  uint64 // address and port of each end
	proto byte
}

// seen is one packet of a capture.
type seen struct {
	at  int64 // µs
	key key
}

// keyOf reads the 5-tuple of an IPv4 packet; ports are 0 where there are none.
func keyOf(ip []byte) key {
	h := int(ip[0]&15) * 4
	k := key{proto: ip[9]}
	k.a = uint64(binary.BigEndian.Uint32(ip[12:])) << 16
	k.b = uint64(binary.BigEndian.Uint32(ip[16:])) << 16
	if (k.proto == 6 || k.proto == 17) && len(ip) >= h+4 {
		k.a |= uint64(binary.BigEndian.Uint16(ip[h:]))
		k.b |= uint64(binary.BigEndian.Uint16(ip[h+2:]))
	}
	if k.a > k.b {
		k.a, k.b = k.b, k.a
	}
	return k
}

// windows counts what a flow meter will make of the packets: the most
// miniflows in one superflow, the windows of 20 miniflows in all, and the
// superflows that have any. Both
// kinds of flow are cut at a time from their first packet. A miniflow of a
// single packet is not counted, since some meters do not write it.
func windows(packets []seen) (most, total, supers int) {
	byKey := map[key][]int64{}
	for _, p := range packets {
		byKey[p.key] = append(byKey[p.key], p.at)
	}
	for _, times := range byKey {
		for len(times) > 0 {
			n, _ := slices.BinarySearch(times, times[0]+superflow+1)
			k := miniflows(times[:n])
			most = max(most, k)
			if k >= windowSize {
				supers++
				total += k - windowSize + 1
			}
			times = times[n:]
		}
	}
	return most, total, supers
}

// miniflows counts the miniflows of one superflow that have two packets or more.
func miniflows(times []int64) (count int) {
	for len(times) > 0 {
		n, _ := slices.BinarySearch(times, times[0]+miniflow+1)
		if n > 1 {
			count++
		}
		times = times[n:]
	}
	return count
}
