"""What a DMP is: frozen data and pure functions. No I/O, no clock of its own, nothing imported of the other rooms."""
