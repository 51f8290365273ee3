package paper

import (
	"fmt"
	"strings"
)

// Answer is what an arm says to a research question.
type Answer struct {
	Question string
	Short    string   // "yes", "no", "in part: …"
	Because  []string // a sentence a comparison, with its numbers
}

// String is the answer as text.
func (a Answer) String() string {
	return a.Question + " " + a.Short + " " + strings.Join(a.Because, " ")
}

const (
	rq1 = "RQ1: how does the CNN compare to the GRU when both predict type and application at once?"
	rq2 = "RQ2: how does the better multi-task model compare to a model for each task alone?"
)

// RQ1 answers the first question from the comparisons of an arm.
func (a *Arm) RQ1(all []Verdict) Answer {
	ans := Answer{Question: rq1}
	ahead := map[int][]string{}
	for _, v := range all {
		if v.Question != "RQ1" {
			continue
		}
		b := a.decide(&v)
		ahead[b] = append(ahead[b], taskTitle(v.Task))
		ans.Because = append(ans.Because, v.String())
	}
	switch {
	case len(ahead[1])+len(ahead[-1]) == 0:
		ans.Short = "Neither is shown to be better on either task."
	case len(ahead[-1]) == 0:
		ans.Short = fmt.Sprintf("The CNN is better on %s%s.", strings.Join(ahead[1], " and "), undecided(ahead[0]))
	case len(ahead[1]) == 0:
		ans.Short = fmt.Sprintf("The GRU is better on %s%s.", strings.Join(ahead[-1], " and "), undecided(ahead[0]))
	default:
		ans.Short = fmt.Sprintf("Each is better on one task: the CNN on %s, the GRU on %s.", ahead[1][0], ahead[-1][0])
	}
	return ans
}

func undecided(tasks []string) string {
	if len(tasks) == 0 {
		return ""
	}
	return ", and no difference is shown on " + strings.Join(tasks, " and ")
}

// decide is who is ahead by the arm's own test: over windows as the paper did
// where the split leaks, over groups where it does not.
func (a *Arm) decide(v *Verdict) int {
	if v.Test == nil {
		return v.Published()
	}
	return v.Better()
}

// RQ2 answers the second question. On a task multi-task learning helps only if
// the multi-task model beats the single-task one and also what knows both
// labels without two heads: the type read off the application model, and one
// softmax over the pairs.
func (a *Arm) RQ2(all []Verdict) Answer {
	ans := Answer{Question: rq2}
	against := map[string]map[string]int{"type": {}, "app": {}}
	for _, v := range all {
		if v.Question == "RQ2" {
			against[v.Task][v.B] = a.decide(&v)
			ans.Because = append(ans.Because, v.String())
		}
	}
	title := a.title(winner)
	var parts []string
	for _, task := range []string{"type", "app"} {
		if len(against[task]) > 0 {
			parts = append(parts, helps(title, taskTitle(task), against[task]))
		}
	}
	ans.Short = capital(strings.Join(parts, "; ")) + "."
	return ans
}

// helps says whether multi-task learning helps on one task.
func helps(title, task string, against map[string]int) string {
	names := map[string]string{Single: "the single-task model", ReadOff: "the type read off the application model", Pair: "one softmax over pairs"}
	var beaten, not, worse []string
	for _, m := range []string{Single, ReadOff, Pair} {
		b, ok := against[m]
		switch {
		case !ok:
		case b > 0:
			beaten = append(beaten, names[m])
		case b < 0:
			worse = append(worse, names[m])
		default:
			not = append(not, names[m])
		}
	}
	switch {
	case len(not)+len(worse) == 0:
		return fmt.Sprintf("on %s multi-task learning helps: %s beats %s", task, title, strings.Join(beaten, ", "))
	case len(worse) > 0:
		return fmt.Sprintf("on %s multi-task learning does not help: %s is behind %s", task, title, strings.Join(worse, ", "))
	case len(beaten) > 0:
		return fmt.Sprintf("on %s it is not shown that multi-task learning helps: %s beats %s, but not %s", task, title, strings.Join(beaten, ", "), strings.Join(not, ", "))
	}
	return fmt.Sprintf("on %s it is not shown that multi-task learning helps: %s beats neither %s", task, title, strings.Join(not, " nor "))
}
