package meter

import (
	"math"
	"slices"
	"testing"
	"time"

	"flowbook/flowlib/capture"

	"pgregory.net/rapid"
)

// bruteFlow keeps all packets of a flow and computes at the end.
type bruteFlow struct {
	src     end
	packets []capture.Header
	offsets []int
	super   int
}

// end is an address with a port.
type end struct {
	addr capture.Addr
	port uint16
}

func sender(h capture.Header) end { return end{h.Src, h.SrcPort} }

// bruteClean cuts packets into flows as clean does, but asks the whole list
// anew at every packet.
func bruteClean(packets []capture.Header, long, short int64) (super, mini []bruteFlow) {
	type id struct {
		a, b  end
		proto uint8
	}
	groups := map[id][]int{}
	for i, h := range packets {
		a, b := sender(h), sender(back(h))
		if b.addr.Less(a.addr) || a.addr == b.addr && b.port < a.port {
			a, b = b, a
		}
		groups[id{a, b, h.Proto}] = append(groups[id{a, b, h.Proto}], i)
	}
	for _, offsets := range groups {
		super = append(super, bruteCut(packets, offsets, long)...)
	}
	slices.SortFunc(super, func(a, b bruteFlow) int { return a.offsets[0] - b.offsets[0] })
	for n, f := range super {
		for from := 0; from < len(f.offsets); {
			to := from
			for to < len(f.offsets) && f.packets[to].Time-earliest(f.packets[from:to+1]) <= short {
				to++
			}
			mini = append(mini, bruteFlow{f.src, f.packets[from:to], f.offsets[from:to], n})
			from = to
		}
	}
	slices.SortFunc(mini, func(a, b bruteFlow) int { return a.offsets[0] - b.offsets[0] })
	return super, mini
}

func earliest(packets []capture.Header) int64 {
	t := int64(math.MaxInt64)
	for _, h := range packets {
		t = min(t, h.Time)
	}
	return t
}

// bruteCut cuts the packets of one 5-tuple into superflows.
func bruteCut(packets []capture.Header, offsets []int, timeout int64) (out []bruteFlow) {
	var connection []capture.Header
	for _, i := range offsets {
		h := packets[i]
		n := len(out) - 1
		closed := bruteClosed(connection)
		late := n >= 0 && h.Time-earliest(out[n].packets) > timeout
		if n < 0 || late || closed && h.Proto == 6 && h.Flags&capture.SYN != 0 && h.Flags&capture.ACK == 0 {
			f := bruteFlow{src: sender(h)}
			if n >= 0 && !closed {
				f.src = out[n].src
			}
			if closed {
				connection = nil
			}
			out = append(out, f)
			n++
		}
		connection = append(connection, h)
		out[n].packets = append(out[n].packets, h)
		out[n].offsets = append(out[n].offsets, i)
	}
	return out
}

// bruteClosed says whether both ends sent a FIN or one an RST.
func bruteClosed(packets []capture.Header) bool {
	var fins []end
	for _, h := range packets {
		if h.Proto == 6 && h.Flags&capture.RST != 0 {
			return true
		}
		if h.Proto == 6 && h.Flags&capture.FIN != 0 && !slices.Contains(fins, sender(h)) {
			fins = append(fins, sender(h))
		}
	}
	return len(fins) == 2
}

// features computes the 23 in two passes.
func (f *bruteFlow) features(activity int64) (out [NumFeatures]float64, fwd, bwd int) {
	var gaps, fwdGaps, bwdGaps, active, idle []float64
	var bytes int64
	latest := f.packets[0].Time
	seen := map[bool]int64{}
	from := latest
	for i, h := range f.packets {
		forward := sender(h) == f.src
		t := max(latest, h.Time)
		if i > 0 {
			gaps = append(gaps, float64(t-latest))
			if t-latest > activity {
				idle = append(idle, float64(t-latest))
				active = append(active, float64(latest-from))
				from = t
			}
		}
		if last, ok := seen[forward]; ok && forward {
			fwdGaps = append(fwdGaps, float64(t-last))
		} else if ok {
			bwdGaps = append(bwdGaps, float64(t-last))
		}
		seen[forward], latest = t, t
		bytes += int64(h.Payload)
		if forward {
			fwd++
		} else {
			bwd++
		}
	}
	active = append(active, float64(latest-from))
	active = slices.DeleteFunc(active, func(x float64) bool { return x == 0 })
	d := float64(latest - earliest(f.packets))
	out[0] = d
	for i, xs := range [5][]float64{gaps, fwdGaps, bwdGaps, active, idle} {
		copy(out[1+4*i:], twoPass(xs))
	}
	if d > 0 {
		out[21], out[22] = float64(bytes)*1e6/d, float64(len(f.packets))*1e6/d
	}
	return out, fwd, bwd
}

// twoPass is mean, sample standard deviation, maximum, minimum.
func twoPass(xs []float64) []float64 {
	if len(xs) == 0 {
		return make([]float64, 4)
	}
	mean, ss := 0.0, 0.0
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		ss += (x - mean) * (x - mean)
	}
	sd := 0.0
	if len(xs) > 1 {
		sd = math.Sqrt(ss / float64(len(xs)-1))
	}
	return []float64{mean, sd, slices.Max(xs), slices.Min(xs)}
}

// packetsGen makes packets of few hosts and ports, so that they meet, at
// times around the timeouts, some of them going back.
var packetsGen = rapid.Custom(func(t *rapid.T) []capture.Header {
	hosts := []capture.Addr{hostA, hostB, {Lo: 0xffff<<32 | 200<<24 | 1}}
	now := int64(1_600_000_000_000_000)
	n := rapid.IntRange(0, 60).Draw(t, "n")
	var out []capture.Header
	for range n {
		now += rapid.SampledFrom([]int64{0, 1, 1000, 400_000, 1 * s, 3 * s, 3*s + 1, 5*s + 1, 60 * s, 120 * s, 120*s + 1, -1, -2 * s, -200 * s}).Draw(t, "step")
		h := capture.Header{
			Time: now, Window: -1,
			Src: rapid.SampledFrom(hosts).Draw(t, "src"), Dst: rapid.SampledFrom(hosts).Draw(t, "dst"),
			SrcPort: rapid.SampledFrom([]uint16{80, 1000}).Draw(t, "sport"), DstPort: rapid.SampledFrom([]uint16{80, 1000}).Draw(t, "dport"),
			Proto:   rapid.SampledFrom([]uint8{6, 6, 17}).Draw(t, "proto"),
			Payload: rapid.Int32Range(0, 1500).Draw(t, "payload"),
		}
		if h.Proto == 6 {
			h.Flags = rapid.SampledFrom([]uint8{capture.ACK, capture.ACK, capture.SYN, capture.SYN | capture.ACK, capture.FIN | capture.ACK, capture.RST}).Draw(t, "flags")
		}
		out = append(out, h)
	}
	return out
})

// TestBrute compares clean, both timeouts in one pass, with the slow meter.
func TestBrute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		packets := packetsGen.Draw(rt, "packets")
		m := New(Recipe{Dialect: "clean", Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 5 * time.Second})
		for i := range packets {
			feed(m, packets[i], int64(i))
		}
		flows, acc := m.Finish()
		super, mini := bruteClean(packets, 120*s, 3*s)
		for i, want := range [2][]bruteFlow{super, mini} {
			if err := acc[i].Check(); err != nil {
				rt.Fatal(err)
			}
			if len(flows[i]) != len(want) {
				rt.Fatalf("timeout %v: %d flows, want %d", acc[i].Timeout, len(flows[i]), len(want))
			}
			for j := range want {
				compareBrute(rt, &flows[i][j], &want[j], i == 1)
			}
		}
	})
}

func compareBrute(t *rapid.T, got *Flow, want *bruteFlow, mini bool) {
	features, fwd, bwd := want.features(5 * s)
	last := want.offsets[len(want.offsets)-1]
	if got.Fwd != fwd || got.Bwd != bwd || got.First != int64(want.offsets[0]) || got.Last != int64(last) || got.Start != earliest(want.packets) {
		t.Fatalf("flow %v: %d+%d packets, offsets %d to %d, start %d; want %d+%d, %v", got.Key, got.Fwd, got.Bwd, got.First, got.Last, got.Start, fwd, bwd, want.offsets)
	}
	if mini && got.Super != want.super {
		t.Fatalf("superflow %d, want %d", got.Super, want.super)
	}
	for i := range features {
		if diff := math.Abs(got.Features[i] - features[i]); diff > 1e-9*math.Abs(features[i])+1e-6 {
			t.Fatalf("%s: %v, want %v", FeatureNames()[i], got.Features[i], features[i])
		}
	}
}

// TestConservation: whatever the packets, the dialect and the timeouts, every
// packet is in one flow or one counter, and rows are in order.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		packets := packetsGen.Draw(rt, "packets")
		d := rapid.SampledFrom([]Dialect{Clean, CIC2018, CIC2021}).Draw(rt, "dialect")
		timeouts := rapid.SliceOfN(rapid.SampledFrom([]time.Duration{time.Microsecond, time.Second, 3 * time.Second, 120 * time.Second}), 1, 3).Draw(rt, "timeouts")
		m := NewWith(d, Recipe{Timeouts: timeouts, Activity: time.Second})
		for i := range packets {
			feed(m, packets[i], int64(i))
		}
		flows, acc := m.Finish()
		for i := range flows {
			if err := acc[i].Check(); err != nil {
				rt.Fatal(err)
			}
			sum := int64(0)
			for j, f := range flows[i] {
				sum += int64(f.Packets())
				if j > 0 && f.First <= flows[i][j-1].First {
					rt.Fatalf("row %d begins at %d, the one before at %d", j, f.First, flows[i][j-1].First)
				}
			}
			if sum != acc[i].InFlows {
				rt.Fatalf("%d packets in flows, account says %d", sum, acc[i].InFlows)
			}
		}
	})
}

// TestMoments compares the running moments with two passes.
func TestMoments(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		xs := rapid.SliceOf(rapid.Float64Range(-1e9, 1e9)).Draw(rt, "xs")
		var m moments
		for _, x := range xs {
			m.add(x)
		}
		var got [4]float64
		m.four(got[:])
		for i, want := range twoPass(xs) {
			if math.Abs(got[i]-want) > 1e-3 {
				rt.Fatalf("%v, want %v", got, twoPass(xs))
			}
		}
	})
}
