package dataset

import (
	"fmt"
	"math"
	"slices"
)

// Size is how many numbers Fill writes for n windows: n × Steps × Features.
func (s *Set) Size(n int) int { return n * s.Steps * len(s.Features) }

// Fill writes the inputs of the given windows to dst: window after window,
// step after step, feature after feature (time-major), scaled; unscaled with a
// nil scaler. Padded steps hold what the recipe's padding says. It allocates nothing.
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
				for j := range out {
					out[j] = float32(s.padded(w, j, scale))
				}
				continue
			}
			row := s.Rows[int(r)*width : int(r+1)*width]
			for j, v := range row {
				if scale != nil {
					v = scale.At(j, v)
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

// ScaledRows are all rows as Fill writes them, each once, for classifiers that
// compare windows by their rows. One more row, of zeros, is the padded step.
func (s *Set) ScaledRows(scale *Scaler) ([][]float32, error) {
	width := len(s.Features)
	n := len(s.Rows) / width
	flat, rows := make([]float32, (n+1)*width), make([][]float32, n+1)
	used := s.uses(s.all())
	for i := range rows {
		rows[i] = flat[i*width : (i+1)*width : (i+1)*width]
		if i == n || used[i] == 0 {
			continue
		}
		for j := range width {
			rows[i][j] = float32(scale.At(j, s.Rows[i*width+j]))
			if x := float64(rows[i][j]); math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%s: row %d, column %s is %v, scaled %v, expected a finite number", s.Dir, i, s.Features[j], s.Rows[i*width+j], x)
			}
		}
	}
	return rows, nil
}

// RowsOf are the row numbers of the given windows among ScaledRows.
func (s *Set) RowsOf(windows []int) [][]int32 {
	padded := int32(len(s.Rows) / len(s.Features))
	index := make([][]int32, len(windows))
	for i, w := range windows {
		index[i] = s.Windows[w].Rows
		if slices.Contains(index[i], -1) {
			index[i] = slices.Clone(index[i])
			for k, r := range index[i] {
				if r < 0 {
					index[i][k] = padded
				}
			}
		}
	}
	return index
}
