package io.bookserver.query;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

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
     * Steps until one says that it was the last, then tells the result.
     *
     * @param step some ten microseconds of work; whether there is more to do
     * @param result what comes behind the last step; not asked for if a step fails or the client has gone
     */
    static <T> Uni<T> run(RoutingContext context, BooleanSupplier step, Supplier<T> result) {
        return Uni.createFrom().emitter(told -> goOn(context, step, result, told));
    }

    private static <T> void goOn(
            RoutingContext context, BooleanSupplier step, Supplier<T> result, UniEmitter<? super T> told) {
        long startedNanos = System.nanoTime();
        try {
            while (step.getAsBoolean()) {
                if (System.nanoTime() - startedNanos > NANOS) {
                    goOnLater(context, step, result, told);
                    return;
                }
            }
            told.complete(result.get());
        } catch (RuntimeException e) {
            told.fail(e);
        }
    }

    private static <T> void goOnLater(
            RoutingContext context, BooleanSupplier step, Supplier<T> result, UniEmitter<? super T> told) {
        HttpSocket.pauseUntilTheEnd(context);
        context.vertx().runOnContext(turn -> {
            if (!context.response().closed()) {
                goOn(context, step, result, told);
            }
        });
    }
}
