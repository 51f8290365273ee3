package controls

import (
	"fmt"

	"flowbook/modellib/evaluate"
)

// compare adds to a report the paired tests of the first outcome against the
// others, corrected by Holm.
func compare(r *Report, outcomes []*Outcome) error {
	var tests []*evaluate.Permutation
	var p []float64
	for _, o := range outcomes[1:] {
		t, err := evaluate.SignFlip(outcomes[0].Repeated, o.Repeated)
		if err != nil {
			return err
		}
		tests, p = append(tests, t), append(p, t.P)
	}
	for i, adjusted := range evaluate.Holm(p) {
		verdict := "no significant difference"
		if adjusted < evaluate.Alpha {
			verdict = "a significant difference"
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%s against %s: %+.3f, p = %.4f after Holm over %d tests, %s (paired permutation over %d groups).",
			tests[i].A, tests[i].B, tests[i].Difference, adjusted, len(p), verdict, tests[i].Groups))
	}
	return nil
}
