package flowlib

import (
	"testing"
	"testing/fstest"
)

func TestCodeNamesItsSources(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	one := hashSources(fstest.MapFS{"a.go": file("x"), "a_test.go": file("t")})
	for _, c := range []struct {
		what  string
		files fstest.MapFS
		same  bool
	}{
		{"another test", fstest.MapFS{"a.go": file("x"), "a_test.go": file("u")}, true},
		{"another line", fstest.MapFS{"a.go": file("y")}, false},
		{"another name", fstest.MapFS{"b.go": file("x")}, false},
		{"cut elsewhere", fstest.MapFS{"a.go": file(""), "x.go": file("x")}, false},
	} {
		if got := hashSources(c.files); (got == one) != c.same {
			t.Errorf("%s: same hash is %v, want %v", c.what, got == one, c.same)
		}
	}
	if Code() == one || len(Code()) != 16 {
		t.Errorf("code of the real sources is %q", Code())
	}
}
