package coursemodel

import (
	"strings"
	"testing"

	"flowbook/data/course"
	"flowbook/modellib/run"
)

// The model is that of the captures that are embedded: after they change, make
// course-model trains another.
func TestModelIsOfTheCourseSet(t *testing.T) {
	dir := t.TempDir()
	o, err := Unpack(dir)
	if err != nil {
		t.Fatal(err)
	}
	if o.Course != course.Hash() || !strings.Contains(Card(), course.Hash()[:12]) {
		t.Errorf("the model was made of captures %.12s, the course set is %.12s: run make course-model", o.Course, course.Hash())
	}
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.WeightsFile(); err != nil || len(r.Validation) != 2 || r.Manifest.Data.Dir != "course set" {
		t.Errorf("%v, %d validation parts, data %q", err, len(r.Validation), r.Manifest.Data.Dir)
	}
	if len(model) > 1<<20 {
		t.Errorf("the model has %d bytes, expected less than a MiB", len(model))
	}
}
