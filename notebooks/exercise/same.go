package exercise

import (
	"fmt"
	"math"
	"reflect"
)

// same compares two answers: floats within the tolerance, NaN with NaN, lists
// and structs part by part, everything else exactly. A nil list is an empty one.
func same(a, b any, tolerance float64) bool {
	return sameValue(reflect.ValueOf(a), reflect.ValueOf(b), tolerance)
}

func sameValue(a, b reflect.Value, tolerance float64) bool {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return a.IsValid() == b.IsValid() && !a.IsValid()
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		x, y := a.Float(), b.Float()
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= tolerance
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i), tolerance) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !sameValue(a.Field(i), b.Field(i), tolerance) {
				return false
			}
		}
		return true
	case reflect.Interface, reflect.Pointer:
		return sameValue(a.Elem(), b.Elem(), tolerance)
	case reflect.Map:
		return sameMap(a, b, tolerance)
	}
	return a.Equal(b)
}

func sameMap(a, b reflect.Value, tolerance float64) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, k := range a.MapKeys() {
		if !sameValue(a.MapIndex(k), b.MapIndex(k), tolerance) {
			return false
		}
	}
	return true
}

// empty says whether every answer is the zero value, as in the cell before
// anybody has changed it.
func empty[Out any](got []Out) bool {
	for _, g := range got {
		v := reflect.ValueOf(&g).Elem()
		if list := v.Kind() == reflect.Slice || v.Kind() == reflect.Map; list && v.Len() == 0 {
			continue
		}
		if !v.IsZero() {
			return false
		}
	}
	return true
}

// show writes a value for people: floats short, lists in brackets.
func show(v any) string {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Float32, reflect.Float64:
		return fmt.Sprintf("%.6g", v)
	case reflect.String:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("%+v", v)
}
