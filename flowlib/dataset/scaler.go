package dataset

import (
	"fmt"
	"math"
	"slices"
)

// Scaler brings every column to mean 0 and standard deviation 1.
type Scaler struct {
	Mean []float64 // of each column
	Std  []float64 // ddof 0; 1 where a column is constant
}

// FitScaler fits a scaler to the rows of the given windows, a row as often as
// windows hold it: scikit-learn's StandardScaler over windows × steps rows, as
// the paper's program does. Padded steps do not count. It panics without windows.
func FitScaler(set *Set, windows []int) *Scaler {
	if len(windows) == 0 {
		panic("dataset: FitScaler needs at least one window")
	}
	width, uses := len(set.Features), set.uses(windows)
	s := &Scaler{Mean: make([]float64, width), Std: make([]float64, width)}
	for j := range width {
		s.Mean[j], s.Std[j] = fitColumn(set.Rows, uses, j, width)
	}
	return s
}

// fitColumn is the mean and the scale of column j, rows weighted by uses.
func fitColumn(rows []float64, uses []int32, j, width int) (mean, std float64) {
	var n float64
	var sum summer
	for i, u := range uses {
		if u > 0 {
			n += float64(u)
			sum.add(float64(float64(u) * rows[i*width+j]))
		}
	}
	mean = sum.value() / n
	var square, rest summer
	for i, u := range uses {
		if u > 0 {
			d := rows[i*width+j] - mean
			square.add(float64(float64(u) * float64(d*d)))
			rest.add(float64(float64(u) * d))
		}
	}
	r := rest.value()
	variance := (square.value() - float64(r*r)/n) / n
	if constant(mean, variance, n) {
		return mean, 1
	}
	return mean, math.Sqrt(variance)
}

// constant is scikit-learn's test: the variance is no larger than what
// rounding makes of a constant column.
func constant(mean, variance, n float64) bool {
	const eps = 0x1p-52
	e := float64(n*mean) * eps
	return variance <= float64(float64(n*eps)*variance)+float64(e*e)
}

// summer adds with Neumaier's correction, so that the order of the rows does
// not show.
type summer struct{ sum, lost float64 }

func (s *summer) add(v float64) {
	t := s.sum + v
	if math.Abs(s.sum) >= math.Abs(v) {
		s.lost += (s.sum - t) + v
	} else {
		s.lost += (v - t) + s.sum
	}
	s.sum = t
}

func (s *summer) value() float64 { return s.sum + s.lost }

// Size is how many numbers Fill writes for n windows: n × Steps × Features.
func (s *Set) Size(n int) int { return n * s.Steps * len(s.Features) }

// Fill writes the inputs of the given windows to dst: window after window,
// step after step, feature after feature (time-major), scaled; unscaled with a
// nil scaler. Padded steps are 0. It allocates nothing.
//
// It panics when dst has not Size(len(windows)) numbers, and when an input is not
// finite: Build and Open let none through, so that is a mistake of the program.
func (s *Set) Fill(dst []float32, windows []int, scale *Scaler) {
	if len(dst) != s.Size(len(windows)) {
		panic(fmt.Sprintf("dataset: Fill of %d windows needs %d numbers, found %d", len(windows), s.Size(len(windows)), len(dst)))
	}
	width := len(s.Features)
	for _, w := range windows {
		for step, r := range s.Windows[w].Rows {
			out := dst[:width]
			dst = dst[width:]
			if r < 0 {
				clear(out)
				continue
			}
			row := s.Rows[int(r)*width : int(r+1)*width]
			for j, v := range row {
				if scale != nil {
					v = (v - scale.Mean[j]) / scale.Std[j]
				}
				out[j] = float32(v)
				// A finite float64 may be too large for a float32.
				if x := float64(out[j]); math.IsNaN(x) || math.IsInf(x, 0) {
					panic(fmt.Sprintf("dataset: capture %s, superflow %s, window %d, step %d, column %s is %v",
						s.Windows[w].Group("capture"), s.Windows[w].Group("superflow"), w, step, s.Features[j], v))
				}
			}
		}
	}
}

// Labels are the classes of a task and the class number of every window. Tasks
// are "type", "app", "vpn", and "pair", the combinations of type and
// application that occur, as "voip/skype"; another one panics.
func (s *Set) Labels(task string) (classes []string, y []int32) {
	y = make([]int32, len(s.Windows))
	switch task {
	case "type":
		classes = s.Types
		for i := range s.Windows {
			y[i] = s.Windows[i].Type
		}
	case "app":
		classes = s.Apps
		for i := range s.Windows {
			y[i] = s.Windows[i].App
		}
	case "vpn":
		classes = []string{"non-vpn", "vpn"}
		for i := range s.Windows {
			if s.Windows[i].VPN {
				y[i] = 1
			}
		}
	case "pair":
		classes, y = s.pairs()
	default:
		panic(fmt.Sprintf("dataset: task is %q, known are type, app, pair and vpn", task))
	}
	return classes, y
}

// pairs are the combinations of type and application that occur, in the order
// of types, then applications, and that of each window.
func (s *Set) pairs() (classes []string, y []int32) {
	number := map[[2]int32]int32{}
	for t := range int32(len(s.Types)) {
		for a := range int32(len(s.Apps)) {
			pair := [2]int32{t, a}
			if slices.ContainsFunc(s.Windows, func(w Window) bool { return w.Type == t && w.App == a }) {
				number[pair] = int32(len(classes))
				classes = append(classes, s.Types[t]+"/"+s.Apps[a])
			}
		}
	}
	for _, w := range s.Windows {
		y = append(y, number[[2]int32{w.Type, w.App}])
	}
	return classes, y
}
