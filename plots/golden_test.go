package plots_test

import (
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"
)

// tolerance is how far a pixel may be off, from 0 to 1 of the distance that
// cmpimg measures: other processors round the edges of letters differently.
const tolerance = 0.1

// TestGolden compares what each Example draws with the committed image. After
// an intended change `go test ./plots -run TestGolden -regen` draws the
// images anew; look at them before you commit.
func TestGolden(t *testing.T) {
	for name, example := range map[string]func(){
		"labels": ExampleLabelDistribution, "labels_imbalanced": ExampleLabelDistribution_imbalanced,
		"joint": ExampleJointDistribution, "training": ExampleTrainingCurves,
		"confusion": ExampleConfusionMatrix, "confusion_applications": ExampleConfusionMatrix_applications,
		"timeline": ExamplePacketTimeline, "flows": ExampleFlowsByTimeout, "bars": ExampleBars,
		"window": ExampleWindowHeat, "scores": ExampleScoreBars,
		"scatter": ExampleScatter, "cnn": ExampleArchitecture, "gru": ExampleArchitecture_gru,
		"classintervals": ExampleClassIntervals, "reliability": ExampleReliability, "riskcoverage": ExampleRiskCoverage,
		"seedcurves": ExampleSeedCurves, "slopes": ExampleSlopes, "importance": ExampleImportance,
		"criticaldifferences": ExampleCriticalDifferences,
		"trials":              ExampleTrials,
		"leakagemap":          ExampleLeakageMap, "funnel": ExampleFunnel, "partbalance": ExamplePartBalance,
	} {
		t.Run(name, func(t *testing.T) {
			cmpimg.CheckPlotApprox(example, t, tolerance, name+".png")
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
		})
	}
}
