package plots_test

import (
	"math"
	"math/rand/v2"

	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
	"flowbook/plots"
)

func ExampleClassIntervals() {
	classes := []evaluate.ClassInterval{
		{Class: "chat", F1: 0.71, Interval: &evaluate.Interval{Low: 0.62, High: 0.78}, Windows: 1234, Groups: 30, Scored: true},
		{Class: "email", F1: 0.44, Interval: &evaluate.Interval{Low: 0.21, High: 0.60}, Windows: 338, Groups: 12, Scored: true},
		{Class: "file transfer", F1: 0.83, Interval: &evaluate.Interval{Low: 0.77, High: 0.88}, Windows: 1072, Groups: 37, Scored: true},
		{Class: "p2p", F1: 0.25, Windows: 19, Groups: 2},
		{Class: "voip", F1: 0.93, Interval: &evaluate.Interval{Low: 0.90, High: 0.96}, Windows: 6569, Groups: 27, Scored: true},
	}
	save(plots.ClassIntervals("F1 of each traffic type, forest", "by session, 5 folds", classes), "classintervals")
	// Output: saved
}

// sure draws truths of two classes and probabilities that are right less
// often than they say.
func sure(n int, seed uint64, skill float64) (truth []int, probs [][]float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		p := 0.5 + 0.5*math.Sqrt(rng.Float64())
		right := rng.Float64() < 0.5+skill*(p-0.5)
		k := 0
		if !right {
			k = 1
		}
		truth, probs = append(truth, k), append(probs, []float64{p, 1 - p})
	}
	return truth, probs
}

func ExampleReliability() {
	truth, probs := sure(1500, 3, 0.7)
	r := evaluate.EqualWidth(truth, probs, evaluate.CalibrationBins)
	r.Interval = &evaluate.Interval{Low: 0.08, High: 0.17}
	save(plots.Reliability("Reliability of the CNN: traffic type", "1,500 windows from 30 groups, by host, 5 folds", r), "reliability")
	// Output: saved
}

func ExampleRiskCoverage() {
	var curves []plots.Risks
	for i, skill := range []float64{0.95, 0.6} {
		truth, probs := sure(1500, 3, skill)
		curves = append(curves, plots.Risks{Name: []string{"forest", "1-NN"}[i], Points: evaluate.RiskCoverage(truth, probs)})
	}
	save(plots.RiskCoverage("What abstaining gains", "1,500 windows from 30 groups, by host, 5 folds", curves...), "riskcoverage")
	// Output: saved
}

func ExampleSeedCurves() {
	var seeds [][]run.Epoch
	for s := range 5 {
		rng := rand.New(rand.NewPCG(uint64(s), 2))
		var h []run.Epoch
		for e := 1; e <= 30-s; e++ {
			x := float64(e)
			h = append(h, run.Epoch{Epoch: e, Heads: []run.HeadEpoch{
				{Task: "type", ValAccuracy: 0.84 - 0.6*math.Exp(-x/(6+float64(s))) + 0.02*rng.NormFloat64()},
				{Task: "app", ValAccuracy: 0.66 - 0.6*math.Exp(-x/(9+float64(s))) + 0.02*rng.NormFloat64()},
			}})
		}
		seeds = append(seeds, h)
	}
	save(plots.SeedCurves("Five trainings of the GRU", seeds), "seedcurves")
	// Output: saved
}

func ExampleSlopes() {
	save(plots.Slopes("The split is the experiment", "macro F1, traffic type", "random over windows", "by session",
		plots.Slope{Name: "CNN", Published: 0.957, Fair: 0.512, Interval: &evaluate.Interval{Low: 0.43, High: 0.59}},
		plots.Slope{Name: "GRU", Published: 0.941, Fair: 0.498, Interval: &evaluate.Interval{Low: 0.41, High: 0.57}},
		plots.Slope{Name: "forest", Published: 0.981, Fair: 0.561, Interval: &evaluate.Interval{Low: 0.49, High: 0.63}},
		plots.Slope{Name: "1-NN", Published: 0.966, Fair: 0.441, Interval: &evaluate.Interval{Low: 0.38, High: 0.50}},
		plots.Slope{Name: "majority", Published: 0.076, Fair: 0.076},
	), "slopes")
	// Output: saved
}

func ExampleImportance() {
	save(plots.Importance("Permutation importance, forest on means", "by host, 5 folds; lines: standard deviation of 3 permutations", []plots.Loss{
		{Name: "Flow IAT Min", Value: 0.069, SD: 0.008}, {Name: "Fwd IAT Min", Value: 0.061, SD: 0.006}, {Name: "Flow Byts/s", Value: 0.045, SD: 0.011},
		{Name: "Bwd IAT Mean", Value: 0.014, SD: 0.004}, {Name: "Idle Mean"}, {Name: "Flow IAT Std", Value: -0.011, SD: 0.003},
	}), "importance")
	// Output: saved
}

func ExampleCriticalDifferences() {
	d := &evaluate.Differences{
		Models: []string{"CNN MT", "forest", "GRU MT", "1-NN", "majority"}, Rank: []float64{1.7, 1.9, 2.6, 3.8, 5},
		Score: []float64{0.791, 0.783, 0.752, 0.644, 0.096}, Groups: 40, Seeds: 5,
		P: [][]float64{{1, 0.8, 0.04, 0.001, 0.001}, {0.8, 1, 0.2, 0.002, 0.001}, {0.04, 0.2, 1, 0.06, 0.001}, {0.001, 0.002, 0.06, 1, 0.001}, {0.001, 0.001, 0.001, 0.001, 1}},
	}
	save(plots.CriticalDifferences("Which models differ", "traffic type, by host, 5 folds", d), "criticaldifferences")
	// Output: saved
}
