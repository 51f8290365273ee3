package plots_test

import (
	"fmt"
	"math"
	"time"

	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
	"flowbook/plots"
)

// save is what every Example ends with: the figure is compared with its
// golden image by TestGolden.
func save(fig *plots.Figure, name string) {
	if err := fig.Save("testdata/" + name + ".png"); err != nil {
		panic(err)
	}
	fmt.Println("saved")
}

// labels repeats pairs of class numbers.
func labels(pairs ...[3]int) (types, apps []int32) {
	for _, p := range pairs {
		for range p[2] {
			types, apps = append(types, int32(p[0])), append(apps, int32(p[1]))
		}
	}
	return types, apps
}

var (
	exampleTypes = []string{"chat", "email", "file transfer", "p2p", "streaming", "video", "voip"}
	exampleApps  = []string{"aim", "bittorrent", "facebook", "hangouts", "icq", "mail", "netflix", "sftp", "skype", "vimeo", "voipbuster", "youtube"}
)

func ExampleLabelDistribution() {
	types, apps := labels([3]int{0, 2, 30}, [3]int{0, 3, 42}, [3]int{0, 4, 18}, [3]int{1, 5, 60}, [3]int{2, 7, 55}, [3]int{2, 8, 38},
		[3]int{4, 6, 41}, [3]int{4, 9, 66}, [3]int{5, 3, 40}, [3]int{5, 8, 39}, [3]int{6, 2, 64}, [3]int{6, 3, 52}, [3]int{6, 8, 70})
	save(plots.LabelDistribution(exampleTypes, types, exampleApps, apps), "labels")
	// Output: saved
}

// As unequal as in the paper (section 3.3, Table 9), where P2P has 19
// windows and VoIP 6,569; some applications are joined.
func ExampleLabelDistribution_imbalanced() {
	types, apps := published()
	save(plots.LabelDistribution(exampleTypes, types, exampleApps, apps), "labels_imbalanced")
	// Output: saved
}

func published() (types, apps []int32) {
	return labels([3]int{0, 0, 12}, [3]int{0, 2, 37}, [3]int{0, 3, 218}, [3]int{0, 4, 190}, [3]int{0, 8, 777}, [3]int{1, 5, 338},
		[3]int{2, 7, 466}, [3]int{2, 8, 606}, [3]int{3, 1, 19}, [3]int{4, 6, 301}, [3]int{4, 9, 549}, [3]int{4, 11, 3},
		[3]int{5, 2, 120}, [3]int{5, 3, 201}, [3]int{5, 8, 141}, [3]int{6, 2, 296}, [3]int{6, 3, 2371}, [3]int{6, 8, 1439}, [3]int{6, 10, 2463})
}

func ExampleJointDistribution() {
	types, apps := published()
	save(plots.JointDistribution(exampleTypes, types, exampleApps, apps), "joint")
	// Output: saved
}

func ExampleTrainingCurves() {
	var history []run.Epoch
	for e := 1; e <= 40; e++ {
		x := float64(e)
		wave := 0.02 * math.Sin(x*1.7)
		history = append(history, run.Epoch{Epoch: e, Heads: []run.HeadEpoch{
			{Task: "type", Loss: 1.9*math.Exp(-x/9) + 0.1, Accuracy: 0.95 - 0.7*math.Exp(-x/8),
				ValLoss: 1.7*math.Exp(-x/8) + 0.25 + x*x/9000 + wave, ValAccuracy: 0.84 - 0.6*math.Exp(-x/8) + wave},
			{Task: "app", Loss: 2.8*math.Exp(-x/12) + 0.15, Accuracy: 0.93 - 0.85*math.Exp(-x/11),
				ValLoss: 2.6*math.Exp(-x/11) + 0.4 + x*x/6000 - wave, ValAccuracy: 0.78 - 0.7*math.Exp(-x/11) - wave},
		}})
	}
	save(plots.TrainingCurves(history, 28), "training")
	// Output: saved
}

func ExampleConfusionMatrix() {
	m := &evaluate.Confusion{Classes: exampleTypes, Count: [][]int{
		{81, 4, 2, 0, 1, 0, 2}, {6, 49, 3, 0, 2, 0, 0}, {1, 3, 77, 1, 11, 0, 0}, {0, 0, 0, 0, 0, 0, 0},
		{0, 1, 9, 0, 95, 2, 0}, {0, 0, 0, 0, 4, 61, 14}, {1, 0, 0, 0, 0, 12, 173},
	}}
	save(plots.ConfusionMatrix("Confusion of the CNN: traffic type", m), "confusion")
	// Output: saved
}

// With the many classes of applications the figure leaves out those that are
// neither true nor predicted.
func ExampleConfusionMatrix_applications() {
	classes := []string{"aim", "bittorrent", "facebook", "ftps", "ftps_down", "ftps_up", "hangouts", "icq", "mail", "netflix", "scp",
		"scp_down", "scp_up", "sftp", "sftp_down", "sftp_up", "skype", "spotify", "vimeo", "voipbuster", "youtube"}
	m := evaluate.NewConfusion(classes, nil, nil)
	for k := range classes {
		if k >= 10 && k <= 12 || k == 17 || k == 5 {
			continue
		}
		m.Count[k][k] = 3 + k*k%190
		m.Count[k][6] += k % 7
		m.Count[k][16] += k * 5 % 11
	}
	save(plots.ConfusionMatrix("Confusion of the GRU: application", m), "confusion_applications")
	// Output: saved
}

func ExamplePacketTimeline() {
	var packets []plots.Packet
	for i := range 120 {
		at := 14 * math.Pow(float64(i)/120, 1.3)
		packets = append(packets, plots.Packet{Seconds: at, Bytes: 60 + i*i*37%180, Forward: true})
		if i%3 > 0 {
			packets = append(packets, plots.Packet{Seconds: at + 0.04, Bytes: 200 + i*i*91%1250})
		}
	}
	packets = append(packets, plots.Packet{Seconds: 14.5, Bytes: 0, Forward: true})
	save(plots.PacketTimeline("A video call in its first 15 seconds", packets, 3*time.Second), "timeline")
	// Output: saved
}

func ExampleFlowsByTimeout() {
	timeouts := []time.Duration{3 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}
	save(plots.FlowsByTimeout(timeouts, []int{12873, 3120, 1804, 1220, 964}), "flows")
	// Output: saved
}

func ExampleBars() {
	save(plots.Bars("Packets that became no flow", "packets", []string{"not IP", "later fragment", "malformed"}, []float64{412, 0, 7}), "bars")
	// Output: saved
}

func ExampleWindowHeat() {
	features := []string{"Flow Duration", "Flow IAT Mean", "Flow IAT Std", "Flow IAT Max", "Flow IAT Min", "Fwd IAT Mean", "Fwd IAT Std",
		"Fwd IAT Max", "Fwd IAT Min", "Bwd IAT Mean", "Bwd IAT Std", "Bwd IAT Max", "Bwd IAT Min", "Active Mean", "Active Std",
		"Active Max", "Active Min", "Idle Mean", "Idle Std", "Idle Max", "Idle Min", "Flow Byts/s", "Flow Pkts/s"}
	var values []float32
	for t := range 20 {
		for f := range features {
			v := 2.2 * math.Sin(float64(t)/3+float64(f)) * math.Cos(float64(f*f))
			if f >= 13 && f < 21 {
				v = 0
			}
			values = append(values, float32(v))
		}
	}
	save(plots.WindowHeat("One window of a video call", values, features), "window")
	// Output: saved
}

func ExampleScoreBars() {
	h := &evaluate.Head{
		Task: "type", Windows: 1637, Groups: 24, Unit: "session",
		Network: evaluate.Score{Model: "cnn", MacroF1: 0.612, Accuracy: 0.701,
			MacroF1CI: &evaluate.Interval{Low: 0.541, High: 0.688}, AccuracyCI: &evaluate.Interval{Low: 0.64, High: 0.77}},
		Baselines: []evaluate.Score{
			{Model: "1-NN", MacroF1: 0.563, Accuracy: 0.62, MacroF1CI: &evaluate.Interval{Low: 0.49, High: 0.65}, AccuracyCI: &evaluate.Interval{Low: 0.57, High: 0.69}},
			{Model: "majority", MacroF1: 0.076, Accuracy: 0.362, MacroF1CI: &evaluate.Interval{Low: 0.06, High: 0.09}, AccuracyCI: &evaluate.Interval{Low: 0.3, High: 0.43}},
		},
	}
	save(plots.ScoreBars("by session, fold 1 of 5", h), "scores")
	// Output: saved
}

func ExampleArchitecture() {
	save(plots.Architecture("Multi-task CNN (Figures 1 and 2)",
		[]plots.Layer{
			{Name: "input", Shape: "20 × 24 × 1"},
			{Name: "convolution 3 × 3, ReLU", Shape: "20 × 24 × 32", Params: 320},
			{Name: "max pooling 3 × 2", Shape: "7 × 12 × 32"},
			{Name: "batch normalisation", Shape: "7 × 12 × 32", Params: 64},
			{Name: "convolution 3 × 3, ReLU", Shape: "7 × 12 × 64", Params: 18496},
			{Name: "max pooling 3 × 2", Shape: "3 × 6 × 64"},
			{Name: "batch normalisation", Shape: "3 × 6 × 64", Params: 128},
			{Name: "dense", Shape: "200", Params: 230600},
		},
		[]plots.Layer{{Name: "traffic type, softmax", Shape: "7", Params: 1407}},
		[]plots.Layer{{Name: "application, softmax", Shape: "21", Params: 4221}},
	), "cnn")
	// Output: saved
}

func ExampleArchitecture_gru() {
	save(plots.Architecture("Multi-task GRU (Figure 3)",
		[]plots.Layer{
			{Name: "input", Shape: "20 steps of 24"},
			{Name: "GRU, last state", Shape: "24", Params: 3600},
			{Name: "dense", Shape: "24", Params: 600},
		},
		[]plots.Layer{{Name: "traffic type, softmax", Shape: "7", Params: 175}},
		[]plots.Layer{{Name: "application, softmax", Shape: "21", Params: 525}},
	), "gru")
	// Output: saved
}

func ExampleScatter() {
	save(plots.Scatter("Captures by size and rate", "bytes a packet", "packets a second", true,
		plots.Group{Name: "chat", X: []float64{80, 95, 120, 70}, Y: []float64{0.8, 1.2, 2.5, 0.5}},
		plots.Group{Name: "voip", X: []float64{160, 172, 158, 166}, Y: []float64{48, 50, 52, 49}},
		plots.Group{Name: "file transfer", X: []float64{1210, 1400, 980, 1320}, Y: []float64{300, 900, 520, 110}}), "scatter")
	// Output: saved
}

// A search over a GRU by successive halving: 24 trials, 8 of which went on, 3 to the end.
func ExampleTrials() {
	s := &run.Search{Watch: "val_loss", Space: []run.Dimension{
		{Name: "learning-rate", Kind: "log", Min: 1e-5, Max: 1e-2},
		{Name: "activation", Kind: "choice", Choices: []string{"tanh", "relu", "softsign", "elu"}},
		{Name: "dropout", Kind: "linear", Min: 0, Max: 0.3},
		{Name: "units", Kind: "whole-log", Min: 12, Max: 96},
	}}
	for i := range 24 {
		x := math.Mod(float64(i)*0.618, 1)
		rate, units := math.Pow(10, -5+3*x), math.Round(12*math.Pow(8, math.Mod(float64(i)*0.755, 1)))
		t := run.Trial{Number: i + 1, Rung: 1, State: "pruned", Settings: map[string]any{
			"learning-rate": rate, "activation": s.Space[1].Choices[i*7%4], "dropout": 0.3 * math.Mod(float64(i)*0.37, 1), "units": units}}
		t.Loss = 0.4 + 3*math.Abs(x-0.85) + 2/units
		if math.Abs(x-0.85) < 0.15 {
			t.Rung = 2
		}
		if math.Abs(x-0.85) < 0.06 {
			t.Rung, t.State = 3, "finished"
		}
		s.Trials = append(s.Trials, t)
	}
	s.Trials[9].State = "failed"
	save(plots.Trials(s), "trials")
	// Output: saved
}
