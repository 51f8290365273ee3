package baseline

import "fmt"

// Majority gives every one of n windows to the class that is most frequent in
// the labels train; among equally frequent ones the smallest class number
// wins. Every row of the result [n][classes] is 1 at that class and 0
// elsewhere.
//
// It panics when train is empty or holds a label outside [0, classes).
func Majority(train []int32, classes, n int) [][]float64 {
	checkLabels(train, classes)
	count := make([]int, classes)
	for _, y := range train {
		count[y]++
	}
	best := 0
	for c := range count {
		if count[c] > count[best] {
			best = c
		}
	}
	probs := matrix(n, classes)
	for _, row := range probs {
		row[best] = 1
	}
	return probs
}

// checkLabels panics on an empty train part or on a label that is no class.
func checkLabels(train []int32, classes int) {
	if len(train) == 0 {
		panic("baseline: no windows to learn from")
	}
	for i, y := range train {
		if y < 0 || int(y) >= classes {
			panic(fmt.Sprintf("baseline: label %d of train window %d, want 0 to %d", y, i, classes-1))
		}
	}
}

// matrix returns n rows of k zeros in one piece of memory.
func matrix(n, k int) [][]float64 {
	flat := make([]float64, n*k)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*k : (i+1)*k : (i+1)*k]
	}
	return rows
}
