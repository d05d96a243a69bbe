package io.bookserver.query;

import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/**
 * Long work on an event loop, in slices between which the loop serves others.
 *
 * <p><i>Stateless; called on the request's event loop.</i>
 */
final class Slices {
    /** How long one slice may take. */
    static final long NANOS = 2_000_000;

    private Slices() {}

    /**
     * Steps until one says that it was the last, then goes on.
     *
     * @param step some ten microseconds of work; whether there is more to do
     * @param then what comes behind the last step; not called if a step fails or the client has gone
     */
    static void run(RoutingContext context, BooleanSupplier step, Runnable then) {
        long startedNanos = System.nanoTime();
        try {
            while (step.getAsBoolean()) {
                if (System.nanoTime() - startedNanos > NANOS) {
                    goOnLater(context, step, then);
                    return;
                }
            }
            then.run();
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }

    private static void goOnLater(RoutingContext context, BooleanSupplier step, Runnable then) {
        HttpSocket.pauseUntilTheEnd(context);
        context.vertx().runOnContext(turn -> {
            if (!context.response().closed()) {
                run(context, step, then);
            }
        });
    }
}
