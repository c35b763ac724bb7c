<?php
/** The status of each reply, in one small file. A busy site keeps it in its database. */

declare(strict_types=1);

/** Messages may arrive more than once and out of order: the highest sequence is the newest. */
function remember(string $comment_id, int $sequence, string $status): void
{
    with_replies(function (array $replies) use ($comment_id, $sequence, $status): array {
        if ($sequence > ($replies[$comment_id][0] ?? -1)) {
            $replies[$comment_id] = [$sequence, $status];
        }
        return $replies;
    });
}

function status_of(string $comment_id): string
{
    return with_replies(fn (array $replies): array => $replies)[$comment_id][1] ?? '';
}

/** Changes the file under a lock; returns what it contains then. */
function with_replies(callable $change): array
{
    $file = fopen(setting('PAPER_DATABASE', __DIR__ . '/paper.db'), 'c+');
    flock($file, LOCK_EX);
    $before = json_decode((string) stream_get_contents($file), true) ?? [];
    $replies = $change($before);
    if ($replies !== $before) {
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, json_encode($replies));
    }
    fclose($file);
    return $replies;
}
