// Package evaluate turns the predictions of a run into scores, and says with
// each score how far to believe it: on which split, beside which baselines,
// with which interval, from how many independent groups.
//
//	run.Run ──Run──▶ Report ──String, JSON──▶ reader
//	run.Run, run.Run ──Compare──▶ Comparison   (paired permutation over groups; McNemar as published)
//	folds ──PoolFolds──▶ seeds ──NewRepeated──▶ Repeated ──SignFlip──▶ Permutation … ──Holm──▶ p
//	windows ──PoolUnits──▶ superflows or captures
//	validation ──Calibrate──▶ Temperature; ──RiskCoverage──▶ threshold to abstain below
//	run.Run … ──Table3, Table4──▶ Table        (the paper's tables, of our runs)
//
// Two families of metrics stand side by side. Ours count one predicted class a
// window, the most probable one, and average over classes (macro), so that a
// rare class weighs as much as a frequent one. The paper's are Keras' micro
// precision and recall over all outputs at threshold 0.5.
//
// The independent unit is the group of the split. Intervals draw whole groups
// and tests swap whole groups; what takes windows for independent is printed
// as published and marked. Simulation.Prove shows on data sets with a known
// truth what each of them is worth.
package evaluate
