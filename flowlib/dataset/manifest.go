package dataset

// Manifest is manifest.json: what a data set was made of and how.
type Manifest struct {
	Format string `json:"format"`
}
