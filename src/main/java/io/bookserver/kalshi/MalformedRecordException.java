package io.bookserver.kalshi;

import io.bookserver.book.UpdateLost;
import java.util.Optional;

/** A record that cannot be understood: which field, what is wrong, what is allowed. It has no stack trace. */
public final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient RejectReason reason;
    private final transient Optional<UpdateLost> lost;

    MalformedRecordException(RejectReason reason, String message) {
        this(reason, message, Optional.empty());
    }

    private MalformedRecordException(RejectReason reason, String message, Optional<UpdateLost> lost) {
        super(message, null, false, false);
        this.reason = reason;
        this.lost = lost;
    }

    MalformedRecordException losing(Optional<UpdateLost> update) {
        return new MalformedRecordException(reason, getMessage(), update);
    }

    public RejectReason reason() {
        return reason;
    }

    /** The update for the market whose book may now be missing a change, if the record or its key identifies it. */
    public Optional<UpdateLost> lost() {
        return lost;
    }
}
