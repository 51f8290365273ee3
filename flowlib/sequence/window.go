package sequence

import (
	"cmp"
	"fmt"
	"slices"

	"flowbook/flowlib/meter"
)

// Spec says how windows are cut.
type Spec struct {
	Length  int    // flows a window
	Stride  int    // from the start of one window to the start of the next
	Padding string // what fills a sequence that is too short: "none", nothing
}

// Check says what is wrong with the spec.
func (s Spec) Check() error {
	switch {
	case s.Length < 1:
		return fmt.Errorf("window length is %d, expected at least 1", s.Length)
	case s.Stride < 1:
		return fmt.Errorf("stride is %d, expected at least 1", s.Stride)
	case s.Padding != "none":
		return fmt.Errorf("padding is %q, known is none (too short sequences give no window)", s.Padding)
	}
	return nil
}

// Count is the number of windows of a sequence of n flows: with stride 1,
// max(n − length + 1, 0) (§3.2 of the paper: max(n − 19, 0)).
func (s Spec) Count(n int) int {
	if n < s.Length {
		return 0
	}
	return (n-s.Length)/s.Stride + 1
}

// Windows cuts a sequence of row numbers. The windows share its memory.
func (s Spec) Windows(rows []int32) [][]int32 {
	windows := make([][]int32, s.Count(len(rows)))
	for i := range windows {
		at := i * s.Stride
		windows[i] = rows[at : at+s.Length : at+s.Length]
	}
	return windows
}

// Chains gathers the flows of each 5-tuple, whichever side began them, in order
// of time; flows of equal time keep the order of the table. The chains stand in
// the order of their first flow in the table.
func Chains(flows []meter.Flow) Link {
	at := map[meter.Key]int{}
	var l Link
	for i := range flows {
		tuple := Tuple(flows[i].Key)
		n, ok := at[tuple]
		if !ok {
			n = len(l)
			at[tuple] = n
			l = append(l, nil)
		}
		l[n] = append(l[n], int32(i))
	}
	for _, rows := range l {
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(flows[a].Start, flows[b].Start) })
	}
	return l
}

// Tuple is the 5-tuple without a direction: the smaller end stands first. Not
// every build of CICFlowMeter gives both directions of a connection one Flow ID.
func Tuple(k meter.Key) meter.Key {
	if d := k.Src.Compare(k.Dst); d > 0 || d == 0 && k.SrcPort > k.DstPort {
		k.Src, k.Dst, k.SrcPort, k.DstPort = k.Dst, k.Src, k.DstPort, k.SrcPort
	}
	return k
}
