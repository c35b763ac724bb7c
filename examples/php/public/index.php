<?php
/** A small newspaper in plain PHP whose comments pass Gatehouse. How to start it: ../../README.md. */

declare(strict_types=1);

require __DIR__ . '/../gatehouse.php';
require __DIR__ . '/../replies.php';

const TITLE = 'The tide mill grinds again';
const FIELDS = ['/text' => 'text', '/author/name' => 'name', '/author/email' => 'email'];

header("Content-Security-Policy: default-src 'self'; frame-ancestors 'none'");
header('X-Content-Type-Options: nosniff');

$route = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match ($route) {
    'GET /' => page(status: status_of(field($_GET, 'reply'))),
    'POST /reply' => reply(),
    'POST /gatehouse' => receive_webhook(),
    default => http_response_code(404),
};

function reply(): void
{
    $typed = [];
    foreach (['text', 'name', 'email', 'form'] as $name) {
        $typed[$name] = field($_POST, $name);
    }
    $comment = [
        'page' => ['url' => article(), 'title' => TITLE],
        'author' => ['name' => $typed['name'], 'email' => $typed['email']],
        'text' => str_replace("\r\n", "\n", $typed['text']),
        'context' => [
            'ip' => $_SERVER['REMOTE_ADDR'],  // behind your own proxy: the address that it passes on
            'user_agent' => substr($_SERVER['HTTP_USER_AGENT'] ?? '', 0, 1000),
        ],
    ];
    // The same form with the same contents, submitted twice, is one comment.
    [$status, $answer] = hand_in($comment, hash('sha256', serialize($typed)));
    if ($status === 202) {
        remember($answer['id'], 0, 'pending');
        header("Location: /?reply={$answer['id']}#respond", true, 303);
        return;
    }
    if (in_array($status, [422, 429], true) || ($answer['code'] ?? '') === 'page_closed') {
        $problems = isset($answer['errors']) ? [] : ['' => $answer['detail']];
        foreach ($answer['errors'] ?? [] as $error) {
            $problems[FIELDS[$error['pointer']] ?? ''] = $error['detail'];
        }
    } else {
        error_log("Gatehouse answered $status " . ($answer['detail'] ?? ''));  // not the reader's mistake
        $status = 503;
        $problems = ['' => 'Comments cannot be accepted at the moment. Please try again shortly.'];
    }
    http_response_code($status);
    page($typed, $problems);
}

/** Gatehouse reports a decision. */
function receive_webhook(): void
{
    $message = verified(setting('GATEHOUSE_WEBHOOK_SECRET'), $_SERVER, file_get_contents('php://input'));
    if ($message === null) {
        http_response_code(400);
        echo 'This is not signed by our Gatehouse.';
        return;
    }
    $data = $message['data'];
    if (isset($data['comment_id'])) {
        remember($data['comment_id'], $data['sequence'], $data['status']);
    }
    http_response_code(204);
}

/** The article. $typed: the contents of the form; $problems: by field, '' for the whole form. */
function page(array $typed = [], array $problems = [], string $status = ''): void
{
    $typed += ['text' => '', 'name' => '', 'email' => '', 'form' => bin2hex(random_bytes(16))];
    $comments = thread(article());
    require __DIR__ . '/../article.phtml';
}

/** The article's address, as readers see it. */
function article(): string
{
    return setting('PAPER_URL', 'http://127.0.0.1:5003') . '/';
}

/** A field of a form or query, always a string. */
function field(array $form, string $name): string
{
    return is_string($form[$name] ?? null) ? $form[$name] : '';
}

/** Text as HTML. */
function e(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5);
}
