// Package tasks holds the exercises of the course whose answer is a function:
// what is asked, how inputs are drawn, the right answer and the slips that
// people make. One file a notebook. A cell names a task and shows nothing of
// its answer:
//
//	exercise.Try(tasks.WindowCount(), func(n int) int {
//		return 0 // your answer
//	})
//
// To add one, write a function that returns an exercise.Task with at least
// three mistakes, and a line in all_test.go.
package tasks
