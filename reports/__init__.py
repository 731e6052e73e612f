"""Tables, plots and the page. DataFrames in, files out; knows nothing of how the numbers came about."""
