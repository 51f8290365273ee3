package exercise

import (
	"fmt"
	"time"
)

// Measured writes a time that was measured, with three digits and a mark by
// which the report makes it an element of its own: such values differ between
// two runs, and comparisons leave them out.
func Measured(d time.Duration) string { return Mark(seconds(d)) }

// Mark marks any text as measured: memory, a speed, a ratio of times. It panics
// on text that would break the mark.
func Mark(text string) string {
	for _, r := range text {
		if r == ']' || r == '\n' {
			panic(fmt.Sprintf("exercise: %q cannot be marked: it holds a bracket or a line break", text))
		}
	}
	return "[measured " + text + "]"
}

func seconds(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d.Nanoseconds())
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", float64(d.Nanoseconds())/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d.Microseconds())/1e3)
	default:
		return fmt.Sprintf("%.3g s", d.Seconds())
	}
}
