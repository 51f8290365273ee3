//go:build long

package modellib

func init() { kills = 100 }
