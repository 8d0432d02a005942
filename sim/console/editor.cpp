#include "console/editor.h"

#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <filesystem>
#include <iostream>
#include <utility>

namespace glasshive::console {

namespace {

class PipeLines final : public LineSource {
  public:
    PipeLines(int fd, Signals& signals) : fd_(fd), signals_(signals) {}

    std::optional<std::string> next(const std::string&) override {
        while (true) {
            const std::size_t end = buffer_.find('\n');
            if (end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                return line;
            }
            const auto woken = signals_.wake_at(fd_);
            if (woken == Signals::Woken::continued) continue;
            if (woken != Signals::Woken::readable) return std::nullopt;   // Nobody types here.
            char chunk[4096];
            const ssize_t n = read(fd_, chunk, sizeof chunk);
            if (n > 0) {
                buffer_.append(chunk, static_cast<std::size_t>(n));
                continue;
            }
            if (buffer_.empty()) return std::nullopt;
            return std::exchange(buffer_, {});   // The last line may lack its end.
        }
    }

  private:
    int fd_;
    Signals& signals_;
    std::string buffer_;
};

class TerminalLines final : public LineSource {
  public:
    TerminalLines(Signals& signals, Completer complete, std::string file)
        : signals_(signals), complete_(std::move(complete)), file_(std::move(file)) {
        std::setlocale(LC_CTYPE, "");   // What is typed may be UTF-8.
        edit_ = el_init("glasshive", stdin, stdout, stderr);
        history_ = history_init();
        HistEvent event;
        history(history_, &event, H_SETSIZE, 1000);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
        el_set(edit_, EL_CLIENTDATA, this);
        el_set(edit_, EL_EDITOR, "emacs");
        el_set(edit_, EL_HIST, history, history_);
        el_set(edit_, EL_PROMPT, &TerminalLines::prompt);
        el_set(edit_, EL_GETCFN, &TerminalLines::read_character);
        // Wide texts: copies of narrow ones would never be freed.
        el_wset(edit_, EL_ADDFN, L"ed-complete", L"Complete the word", &TerminalLines::on_tab);
        el_set(edit_, EL_BIND, "^I", "ed-complete", nullptr);
        el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        el_source(edit_, nullptr);      // The user's own ~/.editrc.
    }

    ~TerminalLines() override {
        if (!file_.empty()) {
            const mode_t before = umask(0077);   // What somebody typed is theirs.
            HistEvent event;
            history(history_, &event, H_SAVE, file_.c_str());
            umask(before);
        }
        history_end(history_);
        el_end(edit_);
    }

    std::optional<std::string> next(const std::string& prompt) override {
        prompt_ = prompt;
        while (true) {
            el_resize(edit_);   // The window may have another width than at the last line.
            el_set(edit_, EL_PREP_TERM, 1);   // Keys may come as soon as the prompt is seen.
            int count = 0;
            const char* const typed = el_gets(edit_, &count);
            if (signals_.end_asked() != 0) return std::nullopt;
            if (signals_.take_interrupt()) {
                std::cout << "^C\n" << std::flush;
                el_reset(edit_);
                continue;
            }
            if (typed == nullptr || count <= 0) {   // Ctrl-D.
                std::cout << '\n' << std::flush;
                return std::nullopt;
            }
            std::string line(typed, static_cast<std::size_t>(count));
            while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
            HistEvent event;
            if (line.find_first_not_of(' ') != std::string::npos) {
                history(history_, &event, H_ENTER, line.c_str());
            }
            return line;
        }
    }

  private:
    static TerminalLines& self(EditLine* edit) {
        void* data = nullptr;
        el_get(edit, EL_CLIENTDATA, &data);
        return *static_cast<TerminalLines*>(data);
    }

    static char* prompt(EditLine* edit) { return self(edit).prompt_.data(); }

    /// One character, waiting for signals too: the library's own reader sleeps through them.
    static int read_character(EditLine* edit, wchar_t* out) {
        TerminalLines& lines = self(edit);
        std::mbstate_t state{};
        while (true) {
            const auto woken = lines.signals_.wake_at(STDIN_FILENO);
            if (woken == Signals::Woken::continued) {   // A shell has set the terminal as it likes.
                el_set(edit, EL_PREP_TERM, 0);
                el_set(edit, EL_PREP_TERM, 1);
                el_set(edit, EL_REFRESH);
                continue;
            }
            if (woken != Signals::Woken::readable) return -1;
            char byte = 0;
            const ssize_t n = read(STDIN_FILENO, &byte, 1);
            if (n <= 0) return static_cast<int>(n);
            const std::size_t used = std::mbrtowc(out, &byte, 1, &state);
            if (used == static_cast<std::size_t>(-2)) continue;   // More bytes of it to come.
            if (used == static_cast<std::size_t>(-1)) {           // No character: forgotten.
                state = {};
                continue;
            }
            return 1;
        }
    }

    static unsigned char on_tab(EditLine* edit, int) { return self(edit).complete_word(edit); }

    unsigned char complete_word(EditLine* edit) {
        const LineInfo* const info = el_line(edit);
        const std::string line(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
        const std::vector<std::string> words = complete_(line);
        if (words.empty()) return CC_REFRESH_BEEP;
        const std::size_t typed = line.size() - (line.find_last_of(' ') + 1);
        std::string common = words.front();
        for (const std::string& each : words) {
            const auto end = std::mismatch(common.begin(), common.end(), each.begin(), each.end());
            common.erase(end.first, common.end());
        }
        if (words.size() == 1 && common.find_last_of("/=:") != common.size() - 1) common += ' ';
        if (common.size() > typed) {
            el_insertstr(edit, common.c_str() + typed);
            return CC_REFRESH;
        }
        list(words);
        return CC_REDISPLAY;
    }

    /// In columns below the line, the first few of many.
    static void list(const std::vector<std::string>& words) {
        constexpr std::size_t most = 60, columns = 78;
        std::size_t widest = 0;
        const std::size_t shown = std::min(words.size(), most);
        for (std::size_t i = 0; i < shown; ++i) widest = std::max(widest, words[i].size() + 2);
        std::cout << '\n';
        std::size_t at = 0;
        for (std::size_t i = 0; i < shown; ++i) {
            if (at > 0 && at + widest > columns) {
                std::cout << '\n';
                at = 0;
            }
            std::cout << words[i] << std::string(widest - words[i].size(), ' ');
            at += widest;
        }
        if (shown < words.size()) std::cout << "\n… and " << words.size() - shown << " more";
        std::cout << '\n' << std::flush;
    }

    Signals& signals_;
    Completer complete_;
    std::string file_, prompt_;
    EditLine* edit_ = nullptr;
    History* history_ = nullptr;
};

}   // namespace

std::unique_ptr<LineSource> lines_of(int fd, Signals& signals) {
    return std::make_unique<PipeLines>(fd, signals);
}

std::unique_ptr<LineSource> terminal_lines(Signals& signals, Completer complete,
                                           const std::string& history) {
    return std::make_unique<TerminalLines>(signals, std::move(complete), history);
}

std::string history_file() {
    const char* const none = std::getenv("GLASSHIVE_NO_HISTORY");
    if (none != nullptr && *none != '\0') return "";
    const char* const state = std::getenv("XDG_STATE_HOME");
    const char* const home = std::getenv("HOME");
    std::string folder;
    if (state != nullptr && *state == '/') folder = state;   // A relative one is to be ignored.
    else if (home != nullptr && *home != '\0') folder = std::string(home) + "/.local/state";
    if (folder.empty()) return "";
    folder += "/glasshive";
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    return problem ? "" : folder + "/console_history";
}

}   // namespace glasshive::console
