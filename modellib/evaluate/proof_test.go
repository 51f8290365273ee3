package evaluate

import "testing"

// proven are the numbers of groups that the proof is repeated with.
var proven = []int{30}

// TestProof is the promise that a reader relies on: on 500 control sets our
// intervals hold the truth about as often as they say, our test rejects a true
// hypothesis about as seldom, and those that take windows for independent do not.
func TestProof(t *testing.T) {
	for _, groups := range proven {
		s := DefaultSimulation()
		s.Groups = groups
		p := s.Prove()
		t.Logf("\n%s", p)
		for name, cover := range map[string]float64{"macro F1": p.CoverMacro, "accuracy": p.CoverAccuracy} {
			if cover < 0.90 || cover > 0.98 {
				t.Errorf("%d groups: the interval of %s holds the truth in %.1f %%, want 90 to 98 %%", groups, name, 100*cover)
			}
		}
		if p.RejectSignFlip > 0.07 {
			t.Errorf("%d groups: our test rejects a true hypothesis in %.1f %%, want at most 7 %%", groups, 100*p.RejectSignFlip)
		}
		if p.CoverWilson > 0.5 || p.RejectWindows < 0.5 {
			t.Errorf("%d groups: intervals and tests over windows hold %.2f and reject %.2f, expected them to fail", groups, p.CoverWilson, p.RejectWindows)
		}
	}
}
