// Package dataset makes windows and labels into audited, split, scaled and
// batched data, and keeps them on disk.
//
//	captures or tables ──Build──▶ directory ──Open──▶ Set ──Split──▶ train, validation, test
//	                                                   └─FitScaler, Fill, Labels──▶ numbers for a model
package dataset
