package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"flowbook/flowlib/dataset"
)

func sortStrings(s []string) { slices.Sort(s) }

// factors prints, for each feature in logarithms, the share of the variance
// between captures that is explained by the pair, and of what the pair leaves
// the share that each other factor explains (omega squared, which is 0 on
// average for a factor that does nothing). The other factors may act in each
// pair in its own way; only a host, which has each pair once, must act alike.
func factors(w io.Writer, o options) error {
	set, err := o.windows()
	if err != nil {
		return err
	}
	x, of := captureMeans(set)
	units := []string{"implementation", "VPN", "host", "access", "day"}
	fmt.Fprintf(w, "means of windows of %d captures, in log(1+|x|)\n%-16s %6s |", len(of), "feature", "pair")
	for _, u := range units {
		fmt.Fprintf(w, " %14s", u)
	}
	fmt.Fprintln(w)
	sums := make([]float64, len(units)+1)
	for j, name := range set.Features {
		col := column(x, j)
		pairs := levelsOf(of, "pair")
		row := []float64{omega(col, pairs)}
		rest := residuals(col, pairs)
		for _, u := range units {
			levels := levelsOf(of, u)
			if u != "host" { // within the pair: what a day changes is another thing for a chat than for a stream
				for i := range levels {
					levels[i] = pairs[i] + " " + levels[i]
				}
				row = append(row, max(0, (omega(col, levels)-row[0])/(1-row[0])))
				continue
			}
			row = append(row, omega(rest, levels))
		}
		fmt.Fprintf(w, "%-16s %6.2f |", name, row[0])
		for k, v := range row {
			sums[k] += v / float64(len(set.Features))
			if k > 0 {
				fmt.Fprintf(w, " %14.2f", v)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%-16s %6.2f |", "mean", sums[0])
	for _, v := range sums[1:] {
		fmt.Fprintf(w, " %14.2f", v)
	}
	fmt.Fprintln(w)
	return nil
}

// captureMeans are the means of all rows of each capture that has windows.
func captureMeans(set *dataset.Set) (x [][]float64, of []*dataset.Window) {
	f := len(set.Features)
	at := map[string]int{}
	var n []float64
	for i := range set.Windows {
		v := &set.Windows[i]
		k, ok := at[v.Capture]
		if !ok {
			k = len(x)
			at[v.Capture] = k
			x, of, n = append(x, make([]float64, f)), append(of, v), append(n, 0)
		}
		for _, row := range v.Rows {
			for j := range f {
				x[k][j] += math.Log1p(math.Abs(set.Rows[int(row)*f+j]))
			}
			n[k]++
		}
	}
	for k := range x {
		for j := range x[k] {
			x[k][j] /= n[k]
		}
	}
	return x, of
}

func column(x [][]float64, j int) []float64 {
	c := make([]float64, len(x))
	for i := range x {
		c[i] = x[i][j]
	}
	return c
}

func levelsOf(of []*dataset.Window, unit string) []string {
	l := make([]string, len(of))
	for i, v := range of {
		switch unit {
		case "pair":
			l[i] = fmt.Sprint(v.Type, " ", v.App)
		case "VPN":
			l[i] = fmt.Sprint(v.VPN)
		default:
			l[i] = v.Group(unit)
		}
	}
	return l
}

// meansBy are the mean and the number of the values of each level.
func meansBy(x []float64, levels []string) (mean map[string]float64, n map[string]float64) {
	mean, n = map[string]float64{}, map[string]float64{}
	for i, l := range levels {
		mean[l] += x[i]
		n[l]++
	}
	for l := range mean {
		mean[l] /= n[l]
	}
	return mean, n
}

// residuals are what the means of the levels leave.
func residuals(x []float64, levels []string) []float64 {
	mean, _ := meansBy(x, levels)
	r := make([]float64, len(x))
	for i, l := range levels {
		r[i] = x[i] - mean[l]
	}
	return r
}

// omega is omega squared of a one-way analysis of variance, at least 0.
func omega(x []float64, levels []string) float64 {
	mean, n := meansBy(x, levels)
	all := 0.0
	for _, v := range x {
		all += v / float64(len(x))
	}
	between, within := 0.0, 0.0
	for l, m := range mean {
		between += n[l] * (m - all) * (m - all)
	}
	for i, l := range levels {
		within += (x[i] - mean[l]) * (x[i] - mean[l])
	}
	groups := float64(len(mean))
	error := within / (float64(len(x)) - groups)
	if between+within == 0 {
		return 0
	}
	return max(0, (between-(groups-1)*error)/(between+within+error))
}
