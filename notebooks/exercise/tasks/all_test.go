package tasks_test

import (
	"reflect"
	"testing"

	"flowbook/notebooks/exercise"
	"flowbook/notebooks/exercise/tasks"
)

// The least that a task must know of what people get wrong.
const leastMistakes = 3

func TestEverySlipGetsItsHint(t *testing.T) {
	check(t, tasks.WindowCount())
	check(t, tasks.F1())
	check(t, tasks.HeaderLength())
	check(t, tasks.Gaps())
	check(t, tasks.Nearest())
	check(t, tasks.PooledSize())
	check(t, tasks.ConvWeights())
	check(t, tasks.NextState())
	check(t, tasks.GRUWeights())
}

// check holds a task to what exercise.Task promises: its own answer is right,
// the zero value is not, and every slip is wrong and gets its own hint.
func check[In, Out any](t *testing.T, task exercise.Task[In, Out]) {
	t.Helper()
	if task.Name == "" || len(task.Mistakes) < leastMistakes {
		t.Errorf("%q: a name and at least %d mistakes, got %d", task.Name, leastMistakes, len(task.Mistakes))
	}
	if ok, _ := exercise.Judge(task, task.Answer); !ok {
		t.Errorf("%s: its own answer does not pass", task.Name)
	}
	zero := func(In) Out { return reflect.Zero(reflect.TypeFor[Out]()).Interface().(Out) }
	if ok, hint := exercise.Judge(task, zero); ok || hint != "" {
		t.Errorf("%s: the zero value must count as not answered, ok %v, hint %q", task.Name, ok, hint)
	}
	for _, m := range task.Mistakes {
		if ok, hint := exercise.Judge(task, m.Answer); ok || hint != m.Hint {
			t.Errorf("%s: a slip gets ok %v and the hint %q, want %q", task.Name, ok, hint, m.Hint)
		}
	}
}
