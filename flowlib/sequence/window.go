package sequence

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"flowbook/flowlib/meter"
)

// Spec says how windows are cut.
type Spec struct {
	Length    int    // flows a window
	Stride    int    // from the start of one window to the start of the next
	MinLength int    // shorter sequences give no window even where there is padding; 0 is 1
	Padding   string // what fills a sequence that is too short: one of Paddings, or "constant:V"
}

// Paddings are the fillings of too short sequences, behind their last row:
//
//	none          nothing: a sequence shorter than Length gives no window
//	mask          0 after scaling, to go with the mask of padded steps
//	zero          0.01 in every column, as the paper's program has it
//	one, hundred  1 or 100 in every column
//	constant:V    the number V in every column
//	mean-within   the mean of the sequence's own rows
//	mean-between  the mean of the rows of all windows
//	repeat        the sequence again from its beginning
//
// Values stand in for measured ones: they are scaled like those, but for mask.
var Paddings = []string{"none", "mask", "zero", "one", "hundred", "mean-within", "mean-between", "repeat"}

// Constant is the value that fills every column, for the paddings that have one.
func (s Spec) Constant() (v float64, ok bool) {
	if text, found := strings.CutPrefix(s.Padding, "constant:"); found {
		v, err := strconv.ParseFloat(text, 64)
		return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	v, ok = map[string]float64{"zero": 0.01, "one": 1, "hundred": 100}[s.Padding]
	return v, ok
}

// Check says what is wrong with the spec.
func (s Spec) Check() error {
	_, constant := s.Constant()
	switch {
	case s.Length < 1:
		return fmt.Errorf("window length is %d, expected at least 1", s.Length)
	case s.Stride < 1:
		return fmt.Errorf("stride is %d, expected at least 1", s.Stride)
	case s.MinLength < 0 || s.MinLength > s.Length:
		return fmt.Errorf("min-length is %d, expected 0 to the window length of %d", s.MinLength, s.Length)
	case !constant && !slices.Contains(Paddings, s.Padding):
		return fmt.Errorf("padding is %q, known are %s and constant:V with a number V", s.Padding, strings.Join(Paddings, ", "))
	}
	return nil
}

// Count is the number of windows of a sequence of n flows: with stride 1,
// max(n − length + 1, 0) (§3.2 of the paper: max(n − 19, 0)); with padding one
// of a sequence that is too short.
func (s Spec) Count(n int) int {
	switch {
	case n >= s.Length:
		return (n-s.Length)/s.Stride + 1
	case s.Padding != "none" && n >= max(s.MinLength, 1):
		return 1
	}
	return 0
}

// Windows cuts a sequence of row numbers. The windows share its memory, but for
// a padded one.
func (s Spec) Windows(rows []int32) [][]int32 {
	windows := make([][]int32, s.Count(len(rows)))
	for i := range windows {
		at := i * s.Stride
		if len(rows) < s.Length {
			windows[i] = s.Pad(rows)
			continue
		}
		windows[i] = rows[at : at+s.Length : at+s.Length]
	}
	return windows
}

// Pad fills row numbers up to a window's length: with -1 for a padded step, or
// with the rows again where the padding repeats them. It panics without rows.
func (s Spec) Pad(rows []int32) []int32 {
	w := make([]int32, s.Length)
	for i := range w {
		switch {
		case i < len(rows) || s.Padding == "repeat":
			w[i] = rows[i%len(rows)]
		default:
			w[i] = -1
		}
	}
	return w
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
