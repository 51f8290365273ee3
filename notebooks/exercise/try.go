package exercise

import (
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// patience is how long an answer may think about all of its inputs.
const patience = 10 * time.Second

// Try prints whether an answer is right: right on all inputs, nearly (a known
// slip, with its hint), wrong (one input with what came out and what was
// expected), not answered yet (the zero value throughout), or without end or
// panicking. Like Check it never fails the cell.
func Try[In, Out any](task Task[In, Out], answer func(In) Out) bool {
	seed := uint64(time.Now().UnixNano())
	if !watched() {
		seed = 1 // a page is the same twice
	}
	v := judge(task, answer, rand.New(rand.NewPCG(seed, 0)), patience)
	fmt.Fprintln(os.Stdout, v)
	return v.ok
}

// Judge is Try for programs: whether the answer is right, and the hint that a
// known slip gets.
func Judge[In, Out any](task Task[In, Out], answer func(In) Out) (ok bool, hint string) {
	v := judge(task, answer, rand.New(rand.NewPCG(1, 0)), patience)
	return v.ok, v.hint
}

// verdict is what is said about an answer.
type verdict struct {
	sign, name, text, hint string
	ok                     bool
}

func (v verdict) String() string {
	s := fmt.Sprintf("%s %s: %s", v.sign, v.name, v.text)
	if v.hint != "" {
		s += "\n  hint: " + v.hint
	}
	return s
}

// judge tries an answer on inputs from r. The answer gets an input of its own
// in each round, drawn again from the same numbers, since it may change what it
// is given.
func judge[In, Out any](task Task[In, Out], answer func(In) Out, r *rand.Rand, limit time.Duration) verdict {
	seeds := make([]uint64, Rounds)
	for i := range seeds {
		seeds[i] = r.Uint64()
	}
	got, failed := collect(task, answer, seeds, limit)
	switch {
	case failed != "":
		return verdict{"✗", task.Name, failed, "", false}
	case agree(task, got, task.Answer, seeds):
		return verdict{"✓", task.Name, fmt.Sprintf("right on %d inputs drawn afresh%s", Rounds, within(task.Tolerance)), "", true}
	}
	for _, m := range task.Mistakes {
		if agree(task, got, m.Answer, seeds) {
			return verdict{"≈", task.Name, "nearly", m.Hint, false}
		}
	}
	if empty(got) {
		return verdict{"○", task.Name, "not answered yet", "", false}
	}
	return verdict{"✗", task.Name, example(task, got, seeds), "", false}
}

// collect runs the answer on every input; failed says what stopped it.
func collect[In, Out any](task Task[In, Out], answer func(In) Out, seeds []uint64, limit time.Duration) (got []Out, failed string) {
	type result struct {
		got    []Out
		failed string
	}
	done := make(chan result, 1)
	go func() {
		var res result
		defer func() {
			if p := recover(); p != nil {
				in := task.input(seeds[len(res.got)])
				res.failed = fmt.Sprintf("it panics on %s: %v", show(in), p)
			}
			done <- res
		}()
		for _, s := range seeds {
			res.got = append(res.got, answer(task.input(s)))
		}
	}()
	select {
	case res := <-done:
		return res.got, res.failed
	case <-time.After(limit):
		return nil, fmt.Sprintf("stopped after %v: does it come to an end?", limit)
	}
}

func (t Task[In, Out]) input(seed uint64) In { return t.Draw(rand.New(rand.NewPCG(seed, 1))) }

// agree says whether f gives what was got, on every input.
func agree[In, Out any](task Task[In, Out], got []Out, f func(In) Out, seeds []uint64) bool {
	for i, s := range seeds {
		if !same(got[i], f(task.input(s)), task.Tolerance) {
			return false
		}
	}
	return true
}

// example shows the shortest input that was answered wrongly.
func example[In, Out any](task Task[In, Out], got []Out, seeds []uint64) string {
	best := ""
	for i, s := range seeds {
		want := task.Answer(task.input(s))
		if same(got[i], want, task.Tolerance) {
			continue
		}
		text := fmt.Sprintf("for %s it gives %s, expected %s%s", show(task.input(s)), show(got[i]), show(want), within(task.Tolerance))
		if best == "" || len(text) < len(best) {
			best = text
		}
	}
	return best
}

func within(tolerance float64) string {
	if tolerance == 0 {
		return ""
	}
	return fmt.Sprintf(" (tolerance %g)", tolerance)
}
