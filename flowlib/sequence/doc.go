// Package sequence links miniflows to the superflows that hold them and cuts
// windows: equally many consecutive flows, as row numbers, never as copies.
package sequence
