"""Cards as devices: channels of APDUs, the Vitale card, the CPS card, the monitor that says what came and went."""
