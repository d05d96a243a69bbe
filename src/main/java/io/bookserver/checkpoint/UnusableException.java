package io.bookserver.checkpoint;

/** A checkpoint record that cannot be used, and why. */
final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Usability why;

    UnusableException(Usability why, String message) {
        super(message, null, false, false);
        this.why = why;
    }

    Usability why() {
        return why;
    }
}
