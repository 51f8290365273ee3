package tune

import (
	"fmt"

	"flowbook/modellib"
	"flowbook/modellib/run"
)

// Plan says what is searched and how.
type Plan struct {
	Recipe modellib.Recipe // what the trials change; its Epochs are the most that a trial is trained
	Space  []run.Dimension
	Trials int
	Seed   int64 // of the settings
	Keep   int   // after each rung one trial in so many goes on; 1: all are trained to the end
	Least  int   // epochs of the first rung
}

// Check says what is wrong with the plan.
func (p Plan) Check() error {
	if p.Trials < 1 || p.Trials > 1e5 {
		return fmt.Errorf("trials is %d, expected 1 to 100000", p.Trials)
	}
	if p.Keep < 1 {
		return fmt.Errorf("keep is one in %d, expected one in 1 or more", p.Keep)
	}
	if p.Least < 1 || p.Least > p.Recipe.Epochs {
		return fmt.Errorf("the first rung has %d epochs, expected 1 to all %d", p.Least, p.Recipe.Epochs)
	}
	if err := checkSpace(p.Space); err != nil {
		return err
	}
	if _, err := usual(p.Space, p.Recipe); err != nil {
		return err
	}
	return p.Recipe.Check()
}

// rungs are the epochs after which trials are compared: Least, Keep times as
// many and so on, up to all.
func (p Plan) rungs() []int {
	var rungs []int
	if p.Keep > 1 {
		for e := p.Least; e < p.Recipe.Epochs; e *= p.Keep {
			rungs = append(rungs, e)
		}
	}
	return append(rungs, p.Recipe.Epochs)
}
