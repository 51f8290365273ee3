package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
)

// JointDistribution shows the windows of every pair of traffic type (columns)
// and application (rows) as Table 9 does, with counts in the cells. The colour
// is the logarithm of the count, since the pairs differ by orders of
// magnitude. Arguments as for LabelDistribution.
func JointDistribution(types []string, typeOf []int32, apps []string, appOf []int32) *Figure {
	count := joint(len(types), typeOf, len(apps), appOf)
	var t, a []int
	largest := 0
	for i := range types {
		if total(count[i]) > 0 {
			t = append(t, i)
		}
		largest = max(largest, slices.Max(count[i]))
	}
	for j := range apps {
		if slices.ContainsFunc(count, func(row []int) bool { return row[j] > 0 }) {
			a = append(a, j)
		}
	}
	g := &grid{
		title:    "Windows per traffic type and application",
		notes:    []string{fmt.Sprintf("%s windows; colour by the logarithm of the count", thousands(len(typeOf)))},
		colTitle: "traffic type",
		color: func(r, c int) color.Color {
			return sequential(math.Log1p(float64(count[t[c]][a[r]])) / math.Log1p(float64(largest)) * 0.85)
		},
		text: func(r, c int) string {
			if n := count[t[c]][a[r]]; n > 0 {
				return thousands(n)
			}
			return ""
		},
		width: Width, cellHeight: 20,
	}
	for _, j := range a {
		g.rows = append(g.rows, apps[j])
	}
	for _, i := range t {
		g.cols = append(g.cols, types[i])
	}
	return g.figure()
}

// total is the sum of counts.
func total(counts []int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
