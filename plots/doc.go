// Package plots draws the figures of the course with gonum/plot. Each figure
// is a function from plain values or results of modellib to a *Figure, stands
// in a file of its own, and has an Example that is its golden test. Nothing is
// computed here that is not for drawing, and no file is read.
//
//	LabelDistribution   windows per traffic type and application (Table 2)
//	JointDistribution   windows per pair of both (Table 9)
//	PacketTimeline      the packets of a flow over time
//	FlowsByTimeout      how many flows a timeout makes
//	WindowHeat          one window, steps × features
//	Architecture        the boxes of a network (Figures 1 to 3)
//	TrainingCurves      loss and accuracy over epochs
//	ConfusionMatrix     true against predicted classes
//	ScoreBars           scores of models and baselines, with intervals
//	ClassIntervals      F1 of each class, with intervals
//	CriticalDifferences which models differ, on the scale of their ranks
//	Slopes              scores by the published and by a fair split
//	SeedCurves          validation accuracy over epochs, all seeds
//	Reliability         confidence against accuracy
//	RiskCoverage        errors against how many windows get an answer
//	Importance          what a model loses without a feature
//	Bars                any named numbers
//
// Show puts a figure into a notebook, ShowTable and ShowMarkdown a table or
// text; Figure.PNG, SVG and Save are for programs.
//
// All figures have a white background, which reads on light and dark pages,
// the colours of Okabe and Ito, which people with any colour vision tell
// apart, and letters that are legible on a page 390 pixels wide.
package plots
