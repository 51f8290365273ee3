//go:build long

package evaluate

func init() { proven = []int{10, 14, 30, 80} }
