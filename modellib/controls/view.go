package controls

import (
	"math/rand/v2"
	"slices"

	"flowbook/flowlib/dataset"
)

// View lays windows out as rows for a model, scaled.
type View func(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32

// Flat is all steps one after the other: [windows][Steps·Features].
func Flat(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32 {
	width := set.Size(1)
	flat := make([]float32, set.Size(len(windows)))
	set.Fill(flat, windows, scaler)
	rows := make([][]float32, len(windows))
	for i := range rows {
		rows[i] = flat[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

// Means is the mean of each feature over the steps: what is left of a window
// without its sequence. [windows][Features]
func Means(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32 {
	features := len(set.Features)
	rows := Flat(set, windows, scaler)
	for i, row := range rows {
		mean := make([]float32, features)
		for j := range mean {
			sum := 0.0
			for t := range set.Steps {
				sum += float64(row[t*features+j])
			}
			mean[j] = float32(sum / float64(set.Steps))
		}
		rows[i] = mean
	}
	return rows
}

// StepsShuffled is Flat with the steps of every window in a random order, the same
// for all its features.
func StepsShuffled(seed uint64) View {
	return func(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32 {
		features := len(set.Features)
		rows := Flat(set, windows, scaler)
		for i, row := range rows {
			rng := rand.New(rand.NewPCG(seed, uint64(windows[i])))
			before := slices.Clone(row)
			for t, from := range rng.Perm(set.Steps) {
				copy(row[t*features:(t+1)*features], before[from*features:])
			}
		}
		return rows
	}
}

// Only keeps some features of Means.
func Only(features ...int) View {
	return func(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32 {
		rows := Means(set, windows, scaler)
		for i, row := range rows {
			kept := make([]float32, len(features))
			for k, j := range features {
				kept[k] = row[j]
			}
			rows[i] = kept
		}
		return rows
	}
}

// Columns lays out numbers that are not of the windows' features at all.
func Columns(of func(window int) []float32) View {
	return func(_ *dataset.Set, windows []int, _ *dataset.Scaler) [][]float32 {
		rows := make([][]float32, len(windows))
		for i, w := range windows {
			rows[i] = of(w)
		}
		return rows
	}
}
