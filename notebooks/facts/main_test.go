package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
)

func TestFacts(t *testing.T) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	var facts map[string]string
	if err := json.Unmarshal(b.Bytes(), &facts); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"go": `^go1\.\d+`, "level": `^\w+`, "course": `^[0-9a-f]{64}$`} {
		if !regexp.MustCompile(want).MatchString(facts[key]) {
			t.Errorf("%s is %q, want a match of %s", key, facts[key], want)
		}
	}
}
