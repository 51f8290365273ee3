package fit

import (
	"math"
	"testing"

	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"
)

// TestRecomputeWeighsRealSteps: with padded steps the statistics are those of
// the real ones, however the windows fall into batches. The first windows are
// whole, the last have one step, so batches of windows weigh differently.
func TestRecomputeWeighsRealSteps(t *testing.T) {
	d := synthetic(45, 96)
	d.Mask = func(dst []float32, windows []int) {
		for i, w := range windows {
			for s := range 5 {
				dst[i*5+s] = 0
				if s == 0 || w < 40 {
					dst[i*5+s] = 1
				}
			}
		}
	}
	cnn := smallCNN().(models.CNN)
	cnn.Mask = true
	var mixed []int
	for i := range 48 {
		mixed = append(mixed, i, 95-i)
	}
	var got [][]float32
	for _, windows := range [][]int{upTo(0, 96), mixed} {
		n := small(t, testbackend.Go(t), cnn, 1)
		if err := n.recompute(d, windows, n.NewBatch()); err != nil {
			t.Fatal(err)
		}
		w := weightsOf(t, n)
		got = append(got, append(w["bn1/moving_mean"].Data, w["bn2/moving_variance"].Data...))
	}
	for i, v := range got[0] {
		if math.Abs(float64(v-got[1][i])) > 1e-5 {
			t.Errorf("statistic %d is %g in one order of the windows and %g in another", i, v, got[1][i])
		}
	}
}
