package io.bookserver.kalshi;

/** A command that cannot be executed, with the error reply for its sender. It has no stack trace. */
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long id;
    private final ErrorCode error;

    public CommandException(long id, ErrorCode error) {
        super(error.text(), null, false, false);
        this.id = id;
        this.error = error;
    }

    /** The command's id; 0 for none. */
    public long id() {
        return id;
    }

    public ErrorCode error() {
        return error;
    }
}
