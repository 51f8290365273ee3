// Package evaluate turns the predictions of a run into scores, and says with
// each score how far to believe it: on which split, beside which baselines,
// with which interval, from how many independent groups.
//
//	run.Run ──Run──▶ Report ──String, JSON──▶ reader
//	run.Run, run.Run ──Compare──▶ Comparison   (contingency table, exact McNemar test)
//	run.Run … ──Table3, Table4──▶ Table        (the paper's tables, of our runs)
//
// Two families of metrics stand side by side. Ours count one predicted class a
// window, the most probable one, and average over classes (macro), so that a
// rare class weighs as much as a frequent one. The paper's are Keras' micro
// precision and recall over all outputs at threshold 0.5.
package evaluate
