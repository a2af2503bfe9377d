"""From evidence to clocks: the weighted least-squares adjustment of the clock network."""
