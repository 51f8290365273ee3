package exercise

import (
	"fmt"
	"math"
	"os"
	"strings"
)

// Check prints whether an answer is right, and the hints when it is not. The
// zero value counts as not answered yet. It never fails a cell: a notebook with
// open exercises runs to its end.
func Check[T comparable](what string, got, want T, hints ...string) bool {
	var zero T
	return report(what, fmt.Sprint(got), got == want, got == zero && want != zero, hints)
}

// Near is Check for numbers: right within tolerance (absolute).
func Near(what string, got, want, tolerance float64, hints ...string) bool {
	ok := math.Abs(got-want) <= tolerance
	return report(what, fmt.Sprintf("%.4g", got), ok, got == 0 && !ok, hints)
}

func report(what, got string, ok, open bool, hints []string) bool {
	switch {
	case open:
		fmt.Fprintf(os.Stdout, "○ %s: not answered yet\n", what)
	case ok:
		fmt.Fprintf(os.Stdout, "✓ %s: %s is right\n", what, got)
	default:
		fmt.Fprintf(os.Stdout, "✗ %s: %s is not right\n", what, got)
		for _, h := range hints {
			fmt.Fprintf(os.Stdout, "  hint: %s\n", h)
		}
	}
	return ok
}

// Guess is a number predicted before the cell that computes it runs.
type Guess struct {
	what  string
	value float64
}

// Predict writes down a prediction; Compare holds it against what came out.
func Predict(what string, value float64) Guess { return Guess{what, value} }

// Compare prints the prediction beside the result and how far off it was.
func (g Guess) Compare(result float64) {
	line := fmt.Sprintf("%s: predicted %.4g, it is %.4g", g.what, g.value, result)
	fmt.Fprintln(os.Stdout, strings.TrimSpace(line+", "+distance(g.value, result)))
}

// distance puts the ratio of two numbers into words.
func distance(guess, result float64) string {
	switch {
	case guess == result:
		return "exactly"
	case guess <= 0 || result <= 0:
		return fmt.Sprintf("off by %.4g", math.Abs(guess-result))
	}
	ratio := max(guess/result, result/guess)
	if ratio < 2 {
		return fmt.Sprintf("off by %.0f %%", 100*(ratio-1))
	}
	return fmt.Sprintf("off by a factor of %.3g", ratio)
}
